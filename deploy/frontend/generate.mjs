// Types of the client from the services' API documents in openapi/ (written by `python -m deploy.clients`).
import { mkdir, readFile, writeFile, stat } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

await mkdir("src/generated", { recursive: true });
for (const service of ["intake", "matching", "notifications", "analytics"]) {
  const document = `openapi/${service}.json`;
  const types = `src/generated/${service}.d.ts`;
  const made = await stat(types).catch(() => null);
  if (made && made.mtimeMs > (await stat(document)).mtimeMs) continue;
  const ast = await openapiTS(JSON.parse(await readFile(document, "utf8")), { defaultNonNullable: false });
  await writeFile(types, astToString(ast));
}
