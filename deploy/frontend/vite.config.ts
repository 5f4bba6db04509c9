import { defineConfig } from "vite";

// The gateway serves the front end under /app/ and the services beside it: one origin, no CORS.
const gateway = process.env.STAGEBRUG_GATEWAY ?? "http://127.0.0.1:8110";
const services = ["intake", "matching", "notifications", "analytics", "app/settings.json"];

export default defineConfig({
  base: "/app/",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: { proxy: Object.fromEntries(services.map((one) => [`/${one}`, { target: gateway }])) },
});
