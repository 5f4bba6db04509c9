// The same in TypeScript, with fetch alone; deploy/clients/usage.ts shows it with types made of the API documents.
// Needs INTAKE_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET in the environment.
declare const process: { env: Record<string, string | undefined> };

interface Problem { title: string; detail: string }
interface Employer { id: string; name: string; region: string | null }
interface Page<T> { items: T[]; next: string | null }

const given = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

async function token(): Promise<string> {
  const form = { grant_type: "client_credentials", client_id: given("CLIENT_ID"), client_secret: given("CLIENT_SECRET") };
  const answer = await fetch(given("TOKEN_URL"), { method: "POST", body: new URLSearchParams(form) });
  return ((await answer.json()) as { access_token: string }).access_token;
}

const bearer = await token();

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  const headers = { Authorization: `Bearer ${bearer}`, "Content-Type": "application/json", ...init.headers };
  const answer = await fetch(given("INTAKE_URL") + path, { ...init, headers });
  if (answer.status === 429) {
    // too many calls: the answer says when to come back
    await new Promise((wait) => setTimeout(wait, 1000 * Number(answer.headers.get("Retry-After") ?? 1)));
    return call<T>(path, init);
  }
  if (!answer.ok) throw new Error(((await answer.json()) as Problem).detail);
  return (await answer.json()) as T;
}

async function* every<T>(path: string): AsyncGenerator<T> {
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Page<T> = await call(path + (cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""));
    yield* page.items;
    cursor = page.next;
  }
}

const made = await call<Employer>("/v1/employers", {
  method: "POST",
  headers: { "Idempotency-Key": crypto.randomUUID() },
  body: JSON.stringify({ name: "Bakkerij Typescript", address: { postcode: "8232 VT", place: "Lelystad" }, confirmedNew: true }),
});
for await (const employer of every<Employer>(`/v1/employers?region=${made.region}`)) console.log(employer.name);
