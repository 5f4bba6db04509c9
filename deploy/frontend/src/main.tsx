import { render } from "preact";
import { App } from "./app";
import { logIn } from "./auth";
import { listen } from "./live";
import "./style.css";
import { t } from "./words";

const root = document.getElementById("app")!;
const out = new URLSearchParams(location.search).has("out");

logIn().then(
  (person) => {
    if (person) {
      render(<App person={person} />, root);
      void listen();
    } else if (out) {
      render(<main class="alone"><h1>{t.app}</h1><p>{t.loggedOut}</p><a class="primary" href="/app/">{t.logIn}</a></main>, root);
    }
  },
  () => render(<main class="alone"><h1>{t.app}</h1><p role="alert">{t.noLogin}</p><a class="primary" href="/app/">{t.logIn}</a></main>, root),
);
