// The four services' clients, made from their API documents; what they refuse; and what happens without a connection.
import createClient from "openapi-fetch";
import { useEffect, useRef, useState } from "preact/hooks";
import { bearer } from "./auth";
import type { components as IntakeTypes, paths as Intake } from "./generated/intake";
import type { components as MatchingTypes, paths as Matching } from "./generated/matching";
import type { components as NotificationsTypes, paths as Notifications } from "./generated/notifications";
import type { paths as Analytics } from "./generated/analytics";
import { type Topic, onTopics } from "./live";
import { setOffline } from "./connection";

export type I = IntakeTypes["schemas"];
export type M = MatchingTypes["schemas"];
export type N = NotificationsTypes["schemas"];

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: { in?: string; pointer?: string; detail: string }[];
  [member: string]: unknown;
}

export class Refused extends Error {
  /** `repeated`: the call was sent more than once, and an earlier one may have done it. */
  constructor(readonly problem: Problem, readonly repeated = false) {
    super(problem.detail);
  }
}

/** What a page refuses itself, said as a service says it: fields, and what is wrong with each. */
export const refusedAt = (fields: [string, string][]): Refused => new Refused({
  type: "urn:stagebrug:problem:invalid-input", title: "", status: 422, detail: "", errors: fields.map(([pointer, detail]) => ({ pointer, detail })),
});

const AGAIN_MS = 2000;
const repeated = new WeakSet<Response>();

/** A call that waits for the connection: it is sent again, and creates nothing twice (Idempotency-Key). */
async function patient(request: Request): Promise<Response> {
  if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
    request.headers.set("Idempotency-Key", crypto.randomUUID());
  }
  for (let tries = 0; ; ) {
    const token = await bearer().catch(() => null); // no renewal: the issuer is out of reach too
    try {
      if (token !== null) {
        request.headers.set("Authorization", `Bearer ${token}`);
        tries++;
        const answer = await fetch(request.clone());
        if (answer.status !== 503) {
          if (tries > 1) repeated.add(answer);
          setOffline(false);
          return answer;
        }
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    setOffline(true);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

const made = { fetch: patient, querySerializer: { array: { style: "form", explode: true } } } as const;
export const intake = createClient<Intake>({ baseUrl: "/intake", ...made });
export const matching = createClient<Matching>({ baseUrl: "/matching", ...made });
export const notifications = createClient<Notifications>({ baseUrl: "/notifications", ...made });
export const analytics = createClient<Analytics>({ baseUrl: "/analytics", ...made });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, else `Refused` with the problem. */
export async function given<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw new Refused(asProblem(error, response), repeated.has(response));
  return data as T;
}

/** The same with the tag for changing it. */
export async function tagged<T>(call: Promise<Answer<T>>): Promise<{ data: T; tag: string }> {
  const answer = await call;
  return { data: await given(Promise.resolve(answer)), tag: answer.response.headers.get("ETag") ?? "*" };
}

/** What an answer with a tag holds for a form; nothing yet, where there is none (404). */
export async function readFor<T>(call: Promise<Answer<T>>, values: (data: T | null) => Record<string, unknown>): Promise<{ values: Record<string, unknown>; tag: string }> {
  try {
    const { data, tag } = await tagged(call);
    return { values: values(data), tag };
  } catch (error) {
    if (!(error instanceof Refused && error.problem.status === 404)) throw error;
    return { values: values(null), tag: "" };
  }
}

/** The header that guards a change. */
export const held = (tag: string): { "If-Match"?: string } => (tag ? { "If-Match": tag } : {});

function asProblem(error: unknown, response: Response): Problem {
  const known = typeof error === "object" && error !== null ? (error as Problem) : null;
  return known ?? { type: "about:blank", title: response.statusText, status: response.status, detail: error ? String(error) : "" };
}

interface Paged<T> {
  items: T[];
  next: string | null;
}

/** Of 200: a page that holds more would be of no use to anybody. */
const MOST_PAGES = 25;

const cut = new WeakSet<object>();
/** Whether a list, or one of several, goes on behind what was read of it. */
export const wasCut = (read: unknown): boolean => Array.isArray(read) && (cut.has(read) || read.some((one) => Array.isArray(one) && cut.has(one)));

/** All items of a list, page by page. */
export async function all<T>(page: (cursor?: string) => Promise<Answer<Paged<T>>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const found = await given(page(cursor));
    items.push(...found.items);
    if (!found.next) return items;
    cursor = found.next;
  }
  cut.add(items);
  return items;
}

/** The same with the newest first, where services give the oldest first; what is still `open` stands above the rest. */
export async function newest<T>(page: (cursor?: string) => Promise<Answer<Paged<T>>>, open: (one: T) => boolean = () => true): Promise<T[]> {
  return (await all(page)).reverse().sort((one, other) => Number(open(other)) - Number(open(one)));
}

export interface Asked<T> {
  data: T | undefined;
  problem: Problem | null;
  reload: () => void;
}

/** What a question answers; asked again when something of its topics happens. */
export function useAsk<T>(question: () => Promise<T>, topics: Topic[], on: unknown[] = []): Asked<T> {
  const [data, setData] = useState<T>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const latest = useRef(0);
  const ask = () => {
    const turn = ++latest.current;
    question().then(
      (found) => {
        if (turn !== latest.current) return;
        setData(found);
        setProblem(null);
      },
      (error) => {
        if (turn !== latest.current) return;
        if (error instanceof Refused) setProblem(error.problem);
        else throw error;
      },
    );
  };
  useEffect(() => {
    ask();
    const stop = onTopics(topics, ask);
    return () => {
      latest.current++;
      stop();
    };
  }, on);
  return { data, problem, reload: ask };
}
