// Every form of the application: labels, errors at their fields, drafts that survive, conflicts shown side by side.
import { useRef, useState } from "preact/hooks";
import { type Problem, Refused } from "../api";
import { t } from "../words";
import { sentence } from "./basics";

export interface Field {
  /** Where the value goes in the body, as in a JSON pointer: `address/postcode`. */
  name: string;
  label: string;
  kind?: "text" | "textarea" | "lines" | "date" | "time" | "number" | "email" | "tel" | "select" | "checks" | "check" | "file";
  choices?: readonly (readonly [string, string])[];
  required?: boolean;
  /** Asked only when this holds for what was filled in so far. */
  when?: (values: Values) => boolean;
}

export type Values = Record<string, unknown>;

/** What was typed, over what: `from` is what the caller read, with its tag. */
interface Draft<From> {
  values: Values;
  base: Values;
  from: From;
}

/** Somebody else changed it (412), or made it first (428). */
const CHANGED = [412, 428];

const drafts = new Map<string, Draft<unknown>>(); // in memory: what was typed may be about a student

interface Props<From> {
  /** Names the draft. */
  id: string;
  fields: Field[];
  values?: Values;
  /** What the values were read from: kept as long as the draft, however often it is read again meanwhile. */
  from?: From;
  button?: string;
  send: (body: Values, from: From) => Promise<unknown>;
  /** What the thing is now, after somebody else changed or made it. */
  reread?: () => Promise<{ values: Values; from: From }>;
  cancel?: () => void;
}

export function Form<From = undefined>(props: Props<From>) {
  const [draft, setDraft] = useState<Draft<From>>(() => (drafts.get(props.id) as Draft<From> | undefined)
    ?? { values: props.values ?? {}, base: props.values ?? {}, from: props.from as From });
  const values = draft.values;
  const [theirs, setTheirs] = useState<Values | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const summary = useRef<HTMLDivElement>(null);

  const put = (name: string, value: unknown) => {
    keep({ ...draft, values: { ...values, [name]: value } });
  };
  const keep = (now: Draft<From>) => {
    drafts.set(props.id, now);
    setDraft(now);
  };
  const forget = () => drafts.delete(props.id);
  const takeTheirs = () => {
    forget();
    setDraft({ ...draft, values: draft.base });
    setTheirs(null);
  };
  const send = async (body: Values, from: From) => {
    await props.send(body, from);
    forget();
    setTheirs(null);
  };
  /** Over what the other wrote stays only what was typed here; where that is the same, it was saved before. */
  const compare = async () => {
    const now = await props.reread!();
    const typed = props.fields.map((one) => one.name).filter((name) => differs(values[name], draft.base[name]));
    const over = { ...now.values, ...Object.fromEntries(typed.map((name) => [name, values[name]])) };
    const body = nested(over, props.fields);
    if (!differs(nested(now.values, props.fields), body)) return send(body, now.from);
    keep({ values: over, base: now.values, from: now.from });
    setTheirs(now.values);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await send(nested(values, props.fields), draft.from).catch((error) => {
        if (error instanceof Refused && CHANGED.includes(error.problem.status) && props.reread) return compare();
        throw error;
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setProblem(error.problem);
    } finally {
      setBusy(false);
      setTimeout(() => summary.current?.focus());
    }
  };
  const errors = problem ? atFields(problem, props.fields) : new Map<string, string>();
  return (
    <form onSubmit={submit} class="form" aria-busy={busy}>
      {theirs && <div class="note wait" role="alert" tabIndex={-1} ref={summary}><p>{t.problems.conflict}</p>
        <button type="button" class="plain" onClick={takeTheirs}>
          {t.problems.takeTheirs}
        </button></div>}
      {problem && (
        <div class="note bad" role="alert" tabIndex={-1} ref={summary}>
          <p><strong>{t.problems.heading}</strong></p>
          <p>{sentence(problem)}</p>
        </div>
      )}
      {props.fields.filter((field) => !field.when || field.when(values)).map((field) => (
        <Line
          key={field.name} id={`${props.id}-${field.name.replaceAll("/", "-")}`} field={field} value={values[field.name]}
          error={errors.get(field.name)} put={(value) => put(field.name, value)}
          theirs={theirs && differs(theirs[field.name], values[field.name]) ? shown(theirs[field.name], field) : undefined}
        />
      ))}
      <div class="actions">
        <button class="primary" disabled={busy}>{theirs ? t.problems.saveMine : (props.button ?? t.save)}</button>
        {props.cancel && <button type="button" class="plain" onClick={() => { forget(); props.cancel!(); }}>{t.cancel}</button>}
      </div>
    </form>
  );
}

interface LineProps {
  id: string;
  field: Field;
  value: unknown;
  error?: string;
  theirs?: string;
  put: (value: unknown) => void;
}

function Line({ id, field, value, error, theirs, put }: LineProps) {
  const notes = [error && `${id}-error`, theirs !== undefined && `${id}-theirs`].filter(Boolean).join(" ");
  const common = {
    id, name: field.name, required: field.required, "aria-invalid": error ? true : undefined,
    "aria-describedby": notes || undefined,
  };
  const label = <>{field.label}{field.required && <span class="quiet"> ({t.required})</span>}</>;
  const text = value === null || value === undefined ? "" : String(value);
  const below = (
    <>
      {error && <p class="error" id={`${id}-error`}>{error}</p>}
      {theirs !== undefined && <p class="theirs" id={`${id}-theirs`}>{t.problems.theirs} {theirs || t.none}</p>}
    </>
  );
  if (field.kind === "checks") {
    const chosen = (value as string[] | undefined) ?? [];
    return (
      <fieldset class="field" aria-describedby={notes || undefined}>
        <legend>{label}</legend>
        <div class="checks">
          {field.choices?.map(([code, name]) => (
            <label key={code}>
              <input type="checkbox" checked={chosen.includes(code)}
                onChange={(event) => put(event.currentTarget.checked ? [...chosen, code] : chosen.filter((one) => one !== code))} />
              {name}
            </label>
          ))}
        </div>
        {below}
      </fieldset>
    );
  }
  if (field.kind === "check") {
    return (
      <div class="field">
        <label class="check"><input {...common} type="checkbox" checked={Boolean(value)} onChange={(event) => put(event.currentTarget.checked)} />{field.label}</label>
        {below}
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {field.kind === "select" ? (
        <select {...common} value={text} onChange={(event) => put(event.currentTarget.value)}>
          <option value="" />
          {field.choices?.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
        </select>
      ) : field.kind === "textarea" ? (
        <textarea {...common} rows={3} value={text} onInput={(event) => put(event.currentTarget.value)} />
      ) : field.kind === "lines" ? (
        <textarea {...common} rows={3} value={Array.isArray(value) ? value.join("\n") : text} onInput={(event) => put(event.currentTarget.value.split("\n"))} />
      ) : field.kind === "file" ? (
        <input {...common} type="file" accept=".csv,.xlsx" onChange={(event) => put(event.currentTarget.files?.[0])} />
      ) : (
        <input {...common} type={field.kind ?? "text"} value={text} onInput={(event) => put(event.currentTarget.value)} />
      )}
      {below}
    </div>
  );
}

/** Flat values as the body that they stand for; what is empty, or is not asked as things are, is null. */
export function nested(values: Values, fields: Field[]): Values {
  const body: Values = {};
  for (const { name, kind, when } of fields) {
    const path = name.split("/");
    const last = path.pop()!;
    let into = body;
    for (const part of path) into = (into[part] ??= {}) as Values;
    const value = !when || when(values) ? values[name] : null;
    into[last] = kind === "number" && value !== "" && value != null ? Number(value) : kind === "check" ? Boolean(value)
      : kind === "checks" ? (value ?? []) : kind === "lines" ? ((value as string[] | null) ?? []).map((one) => one.trim()).filter(Boolean) : value === "" || value === undefined ? null : value;
  }
  return body;
}

export const differs = (one: unknown, other: unknown) => JSON.stringify(one ?? "") !== JSON.stringify(other ?? "");

function shown(value: unknown, field: Field): string {
  const name = (code: unknown) => field.choices?.find(([one]) => one === code)?.[1] ?? String(code ?? "");
  return Array.isArray(value) ? value.map(name).join(", ") : typeof value === "boolean" ? (value ? t.yes : t.no) : name(value);
}

/** The errors of a problem at the fields they point to, in words that say what to do. */
function atFields(problem: Problem, fields: Field[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { pointer = "", detail } of problem.errors ?? []) {
    const path = pointer.replace(/^\//, "");
    const field = fields.find((one) => path === one.name || path.startsWith(`${one.name}/`) || one.name.startsWith(`${path}/`));
    if (field) found.set(field.name, inWords(detail));
  }
  return found;
}

function inWords(detail: string): string {
  if (/field required|none is not|should be a valid string/i.test(detail)) return t.problems.empty;
  if (/valid date/i.test(detail)) return t.problems.date;
  if (/at most \d+ char/i.test(detail)) return t.problems.long;
  if (/BSN/.test(detail)) return t.problems.bsn;
  return `${detail}. ${t.problems.what}`;
}

/** What a resource holds of these fields, flat. */
export function flat(resource: object, fields: Field[]): Values {
  const found: Values = {};
  for (const { name } of fields) {
    let value: unknown = resource;
    for (const part of name.split("/")) value = (value as Values | null | undefined)?.[part];
    found[name] = value;
  }
  return found;
}
