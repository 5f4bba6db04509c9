// Things of one kind: a list, how a new one is made, what is known of each, and the steps that can be taken with it.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Asked as Question, useAsk } from "../api";
import { day, named } from "../words";
import { Act, Card, List, Row, Shown } from "./basics";
import { type Field, Form, type Values } from "./form";
import { say } from "./toast";

export interface Read {
  values: Values;
  tag: string;
}

export interface Step<T> {
  name: string;
  /** Names its draft where its place among the steps changes. */
  key?: string;
  /** Whether it can be taken with this one now. */
  when?: (one: T) => boolean;
  /** What is asked first; without them a tap suffices. */
  fields?: Field[];
  values?: (one: T) => Values;
  /** For what others may change meanwhile: what it is now, and its tag, which `send` gets back. */
  read?: (one: T) => Promise<Read>;
  send: (one: T, body: Values, tag: string) => Promise<unknown>;
  said?: string;
  main?: boolean;
}

export interface Making {
  name: string;
  fields: Field[];
  values?: Values;
  send: (body: Values) => Promise<unknown>;
  said?: string;
}

interface Shape {
  title?: ComponentChildren;
  to?: string;
  sub?: ComponentChildren;
  aside?: ComponentChildren;
}

interface Props<T> {
  /** Names the drafts. */
  id: string;
  title?: string;
  note?: string;
  empty: string;
  asked: Question<readonly T[]>;
  make?: Making | false;
  row: (one: T) => Shape;
  /** What is known of one, beneath its row. */
  more?: (one: T) => ComponentChildren;
  steps?: readonly Step<T>[];
  aside?: ComponentChildren;
  after?: ComponentChildren;
}

export function Things<T extends { id: string }>({ make, ...props }: Props<T>) {
  const [making, setMaking] = useState(false);
  const changed = () => props.asked.reload();
  const close = () => setMaking(false);
  const button = make && (
    <button class={props.title ? "plain" : "primary"} aria-expanded={making} onClick={() => setMaking(!making)}>{make.name}</button>
  );
  return (
    <Card title={props.title} aside={props.aside || button ? <div class="actions">{props.aside}{button}</div> : undefined}>
      {make && making && (
        <div class="opened" role="group" aria-label={make.name}>
          <Form id={`${props.id}-new`} fields={make.fields} values={make.values} button={make.name} cancel={close} send={async (body) => {
            await make.send(body);
            if (make.said) say(make.said);
            close();
            changed();
          }} />
        </div>
      )}
      {props.note && <p class="quiet">{props.note}</p>}
      <Shown of={props.asked}>
        {(found) => <List items={found} empty={props.empty} label={props.title} row={(one) => {
          const { title, ...rest } = props.row(one);
          return (
            <div class="thing">
              <Row title={title} {...rest} />
              {props.more?.(one)}
              {props.steps && <Steps id={`${props.id}-${one.id}`} of={one} steps={props.steps} changed={changed} />}
            </div>
          );
        }} />}
      </Shown>
      {props.after}
    </Card>
  );
}

/** What can be done with one thing as it stands. */
export function Steps<T>(props: { id: string; of: T; steps: readonly Step<T>[]; changed: () => void }) {
  const [open, setOpen] = useState<string[]>([]);
  const possible = props.steps.filter((step) => !step.when || step.when(props.of));
  // not the name: it changes with the language, and when a colleague does something first
  const keyOf = (step: Step<T>) => step.key ?? String(props.steps.indexOf(step));
  const toggle = (key: string) => setOpen(open.includes(key) ? open.filter((one) => one !== key) : [...open, key]);
  const take = async (step: Step<T>, body: Values, tag = "") => {
    await step.send(props.of, body, tag);
    if (step.said) say(step.said);
    setOpen((now) => now.filter((one) => one !== keyOf(step)));
    props.changed();
  };
  if (!possible.length) return null;
  return (
    <>
      <div class="actions steps">
        {possible.map((step) => step.fields
          ? <button key={keyOf(step)} class={step.main ? "primary" : "plain"} aria-expanded={open.includes(keyOf(step))} onClick={() => toggle(keyOf(step))}>{step.name}</button>
          : <Act key={keyOf(step)} class={step.main ? "primary" : "plain"} do={() => take(step, {})}>{step.name}</Act>)}
      </div>
      {possible.filter((step) => step.fields && open.includes(keyOf(step))).map((step) => (
        <div key={keyOf(step)} class="opened" role="group" aria-label={step.name}>
          <Asked id={`${props.id}-${keyOf(step)}`} of={props.of} step={step} close={() => toggle(keyOf(step))}
            send={(body, tag) => take(step, body, tag)} />
        </div>
      ))}
    </>
  );
}

interface Asking<T> {
  id: string;
  of: T;
  step: Step<T>;
  close: () => void;
  send: (body: Values, tag: string) => Promise<unknown>;
}

/** What a step asks: over the state that it changes, where there is one. */
function Asked<T>({ id, of, step, close, send }: Asking<T>) {
  const read = async () => {
    const now = await step.read?.(of);
    return { values: now?.values ?? step.values?.(of) ?? {}, from: now?.tag ?? "" };
  };
  const asked = useAsk(read, []);
  return (
    <Shown of={asked}>
      {(now) => <Form id={id} fields={step.fields!} values={now.values} from={now.from} button={step.name} cancel={close} send={send} reread={step.read && read} />}
    </Shown>
  );
}

interface Taken {
  state: string;
  onDate: string;
  note: string | null;
}

/** How something came where it is. */
export const History = (props: { of: readonly Taken[]; states: Record<string, string> }) => (
  <ol class="history">
    {props.of.map((one, at) => <li key={at}>{named(props.states, one.state)} · {day(one.onDate)}{one.note && <span class="quiet"> · {one.note}</span>}</li>)}
  </ol>
);
