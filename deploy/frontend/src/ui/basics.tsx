// Small parts that every page is made of.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import type { Asked, Problem } from "../api";
import { Refused, wasCut } from "../api";
import { language, t } from "../words";

export function Page(props: { title: string; sub?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren }) {
  useEffect(() => {
    document.title = `${props.title} · ${t.app}`;
  }, [props.title]);
  return (
    <>
      <header class="page-head">
        <div>
          <h1 tabIndex={-1}>{props.title}</h1>
          {props.sub && <p class="quiet">{props.sub}</p>}
        </div>
        {props.actions && <div class="actions">{props.actions}</div>}
      </header>
      {props.children}
    </>
  );
}

export function Card(props: { title?: string; aside?: ComponentChildren; children: ComponentChildren; class?: string }) {
  return (
    <section class={`card ${props.class ?? ""}`}>
      {(props.title || props.aside) && (
        <div class="card-head">
          {props.title && <h2>{props.title}</h2>}
          {props.aside}
        </div>
      )}
      {props.children}
    </section>
  );
}

export type Tone = "good" | "wait" | "bad" | "neutral";
export const Tag = (props: { tone?: Tone; children: ComponentChildren }) => (
  <span class={`tag ${props.tone ?? "neutral"}`}>{props.children}</span>
);

/** What is there, what it is waiting for, or what is wrong. */
export function Shown<T>(props: { of: Asked<T>; children: (data: T) => ComponentChildren }) {
  const { data, problem } = props.of;
  if (problem && data === undefined) return <ProblemNote problem={problem} />;
  if (data === undefined) return <p class="quiet loading" role="status">{t.loading}</p>;
  return <>{wasCut(data) && <p class="note wait">{t.cut}</p>}{props.children(data)}</>;
}

/** A sentence that a service gives in Dutch only: marked, so that a screen reader speaks it so. */
export const Dutch = (props: { children: ComponentChildren }) => <span lang={language() === "nl" ? undefined : "nl"}>{props.children}</span>;

/** What speaks for something (plus), and what against it or is missing (minus). */
export const ProsAndCons = (props: { of: readonly { id: string; plus?: boolean; text: ComponentChildren }[]; label?: string }) => (
  <ul class="reasons" aria-label={props.label}>
    {props.of.map((one) => (
      <li class={one.plus ? "plus" : "minus"} key={one.id}><span aria-hidden="true">{one.plus ? "+" : "−"}</span><div>{one.text}</div></li>
    ))}
  </ul>
);

const SHOWN_FIRST = 25;

/** Every list of the application: rows, a word when there are none, more on request. */
export function List<T>(props: { items: readonly T[]; empty: string; row: (item: T) => ComponentChildren; label?: string }) {
  const [shown, setShown] = useState(SHOWN_FIRST);
  if (!props.items.length) return <p class="quiet">{props.empty}</p>;
  const rest = props.items.length > shown;
  return (
    <>
      <ul class="list" aria-label={props.label}>
        {props.items.slice(0, shown).map((item) => <li key={(item as { id?: string }).id}>{props.row(item)}</li>)}
      </ul>
      {rest && (
        <button class="plain" onClick={() => setShown(shown + SHOWN_FIRST)}>
          {t.more} ({t.fromOf(shown, props.items.length)})
        </button>
      )}
    </>
  );
}

export const Row = (props: { to?: string; title: ComponentChildren; sub?: ComponentChildren; aside?: ComponentChildren }) => (
  <div class="row">
    <div class="row-text">
      {props.to ? <Link href={props.to} class="row-title">{props.title}</Link> : <span class="row-title">{props.title}</span>}
      {props.sub && <div class="quiet">{props.sub}</div>}
    </div>
    {props.aside && <div class="row-aside">{props.aside}</div>}
  </div>
);

export const Facts = (props: { of: [string, ComponentChildren][] }) => (
  <dl class="facts">
    {props.of.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => (
      <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
    ))}
  </dl>
);

export const Figure = (props: { value: ComponentChildren; label: string; to?: string }) => {
  const inside = <><strong>{props.value}</strong><span>{props.label}</span></>;
  return props.to ? <Link class="figure" href={props.to}>{inside}</Link> : <div class="figure">{inside}</div>;
};

export function sentence(problem: Problem): string {
  const known = t.problems as unknown as Record<string, string>;
  return known[problem.type.split(":").pop() ?? ""] ?? (problem.detail ? `${t.problems.other} ${problem.detail}` : t.problems.failed);
}

export const ProblemNote = (props: { problem: Problem }) => <p class="note bad" role="alert">{sentence(props.problem)}</p>;

/** A button that does something at a service: busy meanwhile, and what is refused stands under it. */
export function Act(props: { do: () => Promise<unknown>; children: ComponentChildren; class?: string; label?: string }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const press = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await props.do();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setProblem(error.problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button class={props.class ?? "plain"} aria-label={props.label} aria-busy={busy} disabled={busy} onClick={press}>
        {props.children}
      </button>
      {problem && <ProblemNote problem={problem} />}
    </>
  );
}

export function Tabs<K extends string>(props: { label: string; of: [K, string][]; now: K; choose: (key: K) => void }) {
  return (
    <div class="tabs" role="group" aria-label={props.label}>
      {props.of.map(([key, name]) => (
        <button key={key} aria-pressed={key === props.now} onClick={() => props.choose(key)}>{name}</button>
      ))}
    </div>
  );
}

/** Something that opens on request. */
export function Opens(props: { title: string; children: (close: () => void) => ComponentChildren }) {
  const [open, setOpen] = useState(false);
  return (
    <div class="opens">
      <button class="plain" aria-expanded={open} onClick={() => setOpen(!open)}>{props.title}</button>
      {open && <div class="opened">{props.children(() => setOpen(false))}</div>}
    </div>
  );
}
