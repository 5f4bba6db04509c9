// A spreadsheet: checked first, with a list of what is wrong; stored when somebody says so.
import { useEffect, useState } from "preact/hooks";
import { type I, all, given, intake, newest, refusedAt, useAsk } from "../api";
import { useMySchools } from "../me";
import { Act, Card, Dutch, List, Page, Row, Shown, Tag, type Tone } from "../ui/basics";
import { type Field, Form, type Values } from "../ui/form";
import { say } from "../ui/toast";
import { schoolField } from "./students";
import { choices, day, language, named, t } from "../words";

type Import = I["ImportResource"];
const ofImport = (importId: string) => ({ params: { path: { importId } } });
const LOOK_AGAIN_MS = 700;
const MOST_PROBLEMS = 50;
const TONES: Record<string, Tone> = { checked: "wait", done: "good", failed: "bad", "needs-mapping": "wait" };

async function upload(kind: Import["kind"], file: File, school?: string): Promise<Import> {
  const type = /\.xlsx$/i.test(file.name) ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv";
  return given(intake.POST("/v1/imports", {
    params: { query: { kind, school } }, headers: { "Content-Type": type }, body: file as never, bodySerializer: (body) => body,
  }));
}

export function ImportPage() {
  const [now, setNow] = useState("");
  const schools = useMySchools();
  const fields: Field[] = [
    { name: "kind", label: t.import.kind, kind: "select", choices: choices(t.import.kinds), required: true },
    { name: "file", label: t.import.file, kind: "file", required: true },
  ];
  if (schools.length > 1) fields.unshift(schoolField(schools));
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/imports", { params: { query: { cursor, limit: 200 } } })), [], [now]);
  return (
    <Page title={t.import.title} sub={t.import.sub}>
      <Card>
        <Form id="import" button={t.import.check} fields={fields} values={{ kind: "employers" }}
          send={async (body) => {
            const school = (body.school as string | undefined) ?? schools[0]?.brin;
            setNow((await upload(body.kind as Import["kind"], body.file as File, school)).id);
          }} />
      </Card>
      {now && <Checked key={now} id={now} />}
      <Card title={t.import.earlier}>
        <Shown of={asked}>
          {(found) => <List items={found} empty={t.import.none} row={(one) => (
            <Row title={<button class="link" onClick={() => setNow(one.id)}>{named(t.import.kinds, one.kind)} · {t.import.rows(one.rows)}</button>} sub={day(one.recordedAt)}
              aside={<Tag tone={TONES[one.state]}>{named(t.import.states, one.state)}</Tag>} />
          )} />}
        </Shown>
      </Card>
    </Page>
  );
}

function Checked({ id }: { id: string }) {
  const asked = useAsk(
    () => Promise.all([
      given(intake.GET("/v1/imports/{importId}", ofImport(id))),
      given(intake.GET("/v1/imports/{importId}/problems", { params: { path: { importId: id }, query: { limit: 200 } } })),
    ]),
    [], [id],
  );
  const state = asked.data?.[0].state;
  const busy = state === "checking" || state === "running";
  useEffect(() => {
    const timer = busy ? setTimeout(asked.reload, LOOK_AGAIN_MS) : undefined;
    return () => clearTimeout(timer);
  }, [asked.data]);
  const run = async (onProblems: "stop" | "skip") => {
    await given(intake.POST("/v1/imports/{importId}/_run", { ...ofImport(id), body: { onProblems } }));
    asked.reload();
  };
  const drop = async () => {
    await given(intake.POST("/v1/imports/{importId}/_cancel", ofImport(id)));
    asked.reload();
  };
  return (
    <Shown of={asked}>
      {([one, problems]) => (
        <Card title={t.import.found} aside={<Tag tone={TONES[one.state]}>{named(t.import.states, one.state)}</Tag>}>
          <p>{t.import.rows(one.rows)}{Object.entries(one.state === "done" ? one.done : one.found).filter(([, count]) => count).map(([what, count]) => ` · ${String(count)} ${named(t.import.counts, what)}`)}</p>
          {one.lacking.length > 0 && <p class="note bad">{t.import.lacking} <Dutch>{one.lacking.map((field) => one.fields.find((known) => known.field === field)?.label ?? field).join(", ")}</Dutch></p>}
          {["needs-mapping", "checked"].includes(one.state) && <Columns key={one.state} of={one} changed={asked.reload} />}
          {one.state === "checked" && <Doubts of={one} changed={asked.reload} />}
          {one.state === "done" ? <p class="note good">{t.import.done}</p> : (
            <>
              <h3>{t.import.problems}</h3>
              {problems.items.length ? <Problems of={problems.items} /> : <p class="quiet">{t.import.noProblems}</p>}
            </>
          )}
          {one.state === "checked" && (
            <div class="actions">
              <Act class="primary" do={() => run(problems.items.length ? "skip" : "stop")}>{problems.items.length ? t.import.runRest : t.import.run}</Act>
              <Act do={drop}>{t.import.drop}</Act>
            </div>
          )}
        </Card>
      )}
    </Shown>
  );
}

/** Row, column and what to do: as somebody beside the spreadsheet goes through it. */
function Problems({ of }: { of: I["ImportProblem"][] }) {
  const [most, setMost] = useState(MOST_PROBLEMS);
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={t.import.problems}>
        <table>
          <thead><tr><th scope="col">{t.import.row}</th><th scope="col">{t.import.column}</th><th scope="col">{t.import.todo}</th></tr></thead>
          <tbody>
            {of.slice(0, most).map((one) => (
              <tr key={`${one.row}-${one.column}-${one.problem}`}>
                <td>{one.row}</td><td>{one.heading ?? one.column ?? "–"}</td><td>{language() === "en" ? one.en : one.nl}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {of.length > most && <button class="plain" onClick={() => setMost(most + MOST_PROBLEMS)}>{t.more} ({t.fromOf(most, of.length)})</button>}
    </>
  );
}

/** What each column of the file is read as; remembered for the next file with these headings. */
function Columns({ of, changed }: { of: Import; changed: () => void }) {
  const choicesOf = of.fields.map((one): [string, string] => [one.field, one.needed ? `${one.label} (${t.required})` : one.label]);
  const fields = of.columns.map((one): Field => ({ name: String(one.column), label: one.heading || `${t.import.column} ${one.column}`, kind: "select", choices: choicesOf }));
  const values = Object.fromEntries(of.columns.map((one) => [String(one.column), one.field]));
  const map = async (body: Values) => {
    const chosen = Object.entries(body).filter(([, field]) => field);
    const twice = chosen.filter(([, field], at) => chosen.findIndex(([, other]) => other === field) < at);
    if (twice.length) throw refusedAt(twice.map(([column]) => [column, t.import.twice]));
    const read = chosen.map(([column, field]) => [field, Number(column)]);
    await given(intake.PUT("/v1/imports/{importId}/mapping", { ...ofImport(of.id), body: { mapping: Object.fromEntries(read) } }));
    say(t.import.mapped);
    changed();
  };
  return (
    <details class="columns-read" open={of.state === "needs-mapping"}>
      <summary>{t.import.columns} ({t.fromOf(of.columns.filter((one) => one.field).length, of.columns.length)})</summary>
      <p class="quiet">{t.import.columnsNote}</p>
      <Form id={`columns-${of.id}`} fields={fields} values={values} button={t.import.map} send={map} />
    </details>
  );
}

/** Rows that may be an employer of the register: people say whether they are. */
function Doubts({ of, changed }: { of: Import; changed: () => void }) {
  const asked = useAsk(() => all((cursor) => intake.GET("/v1/imports/{importId}/decisions", { params: { path: { importId: of.id }, query: { cursor, limit: 200, openOnly: true } } })), [], [of.id]);
  const decide = async (row: number, decision: "same" | "new" | "skip") => {
    await given(intake.PUT("/v1/imports/{importId}/decisions", { ...ofImport(of.id), body: { decisions: [{ row, decision }] } }));
    asked.reload();
    changed();
  };
  if (!asked.data?.length) return null;
  return (
    <>
      <h3>{t.import.doubts}</h3>
      <List items={asked.data.map((one) => ({ ...one, id: String(one.row) }))} empty="" row={(one) => (
        <div class="thing">
          <Row title={`${t.import.row} ${one.row}: ${one.name}, ${one.place}`}
            sub={`${t.import.maybe} ${one.employerName}, ${one.employerPostcode ?? ""} ${one.employerPlace ?? ""} ${one.employerKvkNumber ? `· KvK ${one.employerKvkNumber}` : ""}`}
            aside={<Tag tone="wait">{t.import.likeness(one.likeness)}</Tag>} />
          <div class="actions steps">
            {(["same", "new", "skip"] as const).map((decision) => <Act key={decision} do={() => decide(one.row, decision)}>{t.import.decisions[decision]}</Act>)}
          </div>
        </div>
      )} />
    </>
  );
}
