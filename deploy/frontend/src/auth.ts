// OIDC code flow with PKCE. Tokens live in this module's memory and nowhere else: after a reload the issuer's session
// gives new ones without a question.
import * as oauth from "oauth4webapi";

export type Role = "coordinator" | "jobcoach" | "regional-coordinator" | "intermediary" | "operator";

export interface Person {
  name: string;
  email: string;
  roles: Role[];
  schools: string[];
  regions: string[];
  kind: string | null;
}

interface Settings {
  issuer: string;
  clientId: string;
}

interface Waiting {
  verifier: string;
  state: string;
  nonce: string;
  path: string;
}

const WAITING = "stagebrug-login"; // what a login in progress needs on its way back; holds no token
const REDIRECT = `${location.origin}/app/back`;
const EARLY_SECONDS = 60;

let settings: Settings;
let server: oauth.AuthorizationServer;
let client: oauth.Client;
let token = "";
let refreshToken = "";
let ends = 0;
let renewing: Promise<void> | null = null;

const insecure = () => ({ [oauth.allowInsecureRequests]: settings.issuer.startsWith("http://") });

/** Where somebody is after a login, or null when a page of the issuer is on its way. */
export async function logIn(): Promise<Person | null> {
  settings = await (await fetch("/app/settings.json")).json();
  const issuer = new URL(settings.issuer);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure()));
  client = { client_id: settings.clientId };
  if (location.pathname === "/app/back") {
    await comeBack();
    return person();
  }
  if (new URLSearchParams(location.search).has("out")) return null;
  await goToIssuer();
  return null;
}

export async function goToIssuer(): Promise<void> {
  const path = location.pathname.startsWith("/app/") ? location.pathname.slice(4) : "/";
  const waiting: Waiting = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    path: path === "/back" ? "/" : path,
  };
  sessionStorage.setItem(WAITING, JSON.stringify(waiting));
  const address = new URL(server.authorization_endpoint!);
  address.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: "openid",
    code_challenge: await oauth.calculatePKCECodeChallenge(waiting.verifier),
    code_challenge_method: "S256",
    state: waiting.state,
    nonce: waiting.nonce,
  }).toString();
  location.assign(address);
}

async function comeBack(): Promise<void> {
  const waiting = JSON.parse(sessionStorage.getItem(WAITING) ?? "null") as Waiting | null;
  sessionStorage.removeItem(WAITING);
  if (!waiting) throw new Error("no login was begun in this window");
  const found = oauth.validateAuthResponse(server, client, new URL(location.href), waiting.state);
  const answer = await oauth.authorizationCodeGrantRequest(
    server, client, oauth.None(), found, REDIRECT, waiting.verifier, insecure(),
  );
  const options = { expectedNonce: waiting.nonce, requireIdToken: true };
  keep(await oauth.processAuthorizationCodeResponse(server, client, answer, options));
  history.replaceState(null, "", `/app${waiting.path}`);
}

function keep(answer: oauth.TokenEndpointResponse): void {
  token = answer.access_token;
  refreshToken = answer.refresh_token ?? refreshToken;
  ends = Date.now() + (answer.expires_in ?? 300) * 1000;
}

async function renew(): Promise<void> {
  if (!refreshToken) return goToIssuer();
  const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, insecure());
  try {
    keep(await oauth.processRefreshTokenResponse(server, client, answer));
  } catch (error) {
    // anything else may pass: the page and what was typed stay
    if (!(error instanceof oauth.ResponseBodyError && error.error === "invalid_grant")) throw error;
    await goToIssuer();
  }
}

/** A token that is valid for a while. */
export async function bearer(): Promise<string> {
  if (Date.now() > ends - EARLY_SECONDS * 1000) {
    renewing ??= renew().finally(() => (renewing = null));
    await renewing;
  }
  return token;
}

export function logOut(): void {
  token = refreshToken = "";
  const address = new URL(server.end_session_endpoint!);
  address.search = new URLSearchParams({
    client_id: client.client_id,
    post_logout_redirect_uri: `${location.origin}/app/?out`,
  }).toString();
  location.assign(address);
}

function person(): Person {
  const part = token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
  const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (c) => c.charCodeAt(0))));
  return {
    name: claims.name ?? claims.email ?? claims.sub,
    email: claims.email ?? "",
    roles: claims.roles ?? [],
    schools: claims.schools ?? [],
    regions: claims.regions ?? claims.intermediary?.regions ?? [],
    kind: claims.intermediary?.kind ?? null,
  };
}
