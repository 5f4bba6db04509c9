// The live stream: what happened elsewhere, as ids. Lists that show something of its topic are asked for again.
import { bearer } from "./auth";
import { onConnection, setOffline } from "./connection";

export type Topic = "proposals" | "students" | "placements" | "offers" | "employers" | "calls" | "closures" | "plans" | "questions"
  | "requests" | "programmes" | "initiatives" | "rounds";

const TOPICS: [RegExp, Topic[]][] = [
  [/\.(match-|student-)/, ["proposals", "students"]],
  [/\.placement-/, ["placements", "students", "offers", "proposals"]],
  [/\.(employer-offered|offer-)/, ["offers"]],
  [/\.(employer-|employers-|claim-|contact-|experience-|relations-)/, ["employers"]],
  [/\.(help-|intermediary-|student-unmatched)/, ["calls"]],
  [/\.sector-/, ["closures"]],
  [/\.region-planned/, ["plans"]],
  [/\.question-/, ["questions"]],
  [/\.(visit-|bottleneck-|link-)/, ["placements"]],
  [/\.follow-up-/, ["students"]],
  [/\.(request-|support-)/, ["requests"]],
  [/\.seat-/, ["programmes"]],
  [/\.initiative-/, ["initiatives"]],
  [/\.answers-/, ["rounds"]],
];
const TOGETHER_MS = 250; // events come in bursts: one question answers them all
const AGAIN_MS = 3000;

const asking = new Map<() => void, Topic[]>();
const due = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

export function onTopics(topics: Topic[], ask: () => void): () => void {
  asking.set(ask, topics);
  return () => {
    asking.delete(ask);
    due.delete(ask);
  };
}

/** Something of these topics happened; of all without any. */
export function happened(topics?: Topic[]): void {
  for (const [ask, own] of asking) if (!topics || own.some((topic) => topics.includes(topic))) due.add(ask);
  timer ??= setTimeout(() => {
    timer = undefined;
    const now = [...due];
    due.clear();
    for (const ask of now) ask();
  }, TOGETHER_MS);
}

/** Listen for as long as the page lives. */
export async function listen(): Promise<void> {
  onConnection((offline) => offline || happened());
  // what has no event (a visit, a signature on paper) is there when somebody comes back to the window
  document.addEventListener("visibilitychange", () => document.hidden || happened());
  let last = "";
  for (;;) {
    try {
      const headers: Record<string, string> = { Authorization: `Bearer ${await bearer()}`, Accept: "text/event-stream" };
      if (last) headers["Last-Event-ID"] = last;
      const answer = await fetch("/notifications/v1/stream", { headers });
      if (answer.status === 403) return; // not for this role
      if (answer.ok && answer.body) {
        setOffline(false);
        last = await read(answer.body, last);
        continue;
      }
    } catch {
      setOffline(true);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function read(body: ReadableStream<Uint8Array>, from: string): Promise<string> {
  let last = from;
  let rest = "";
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return last;
      const parts = (rest + value).split(/\r?\n\r?\n/);
      rest = parts.pop() ?? "";
      for (const part of parts) last = take(part) ?? last;
    }
  } catch {
    return last; // the connection broke: go on from there
  }
}

function take(part: string): string | undefined {
  const field = (name: string) => part.match(new RegExp(`^${name}: ?(.*)$`, "m"))?.[1];
  if (field("event") === "reset") happened();
  const type = /"type": ?"([^"]+)"/.exec(field("data") ?? "")?.[1];
  if (type) {
    const topics = TOPICS.filter(([pattern]) => pattern.test(type)).flatMap(([, found]) => found);
    if (topics.length) happened(topics);
  }
  return field("id");
}
