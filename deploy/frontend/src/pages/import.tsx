// A spreadsheet: checked first, with a list of what is wrong; stored when somebody says so.
import { useEffect, useState } from "preact/hooks";
import { type I, all, given, intake, useAsk } from "../api";
import { useMySchools } from "../me";
import { Act, Card, List, Page, Row, Shown, Tag, type Tone } from "../ui/basics";
import { type Field, Form } from "../ui/form";
import { schoolField } from "./students";
import { choices, day, language, named, t } from "../words";

type Import = I["ImportResource"];
const ofImport = (importId: string) => ({ params: { path: { importId } } });
const LOOK_AGAIN_MS = 700;
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
  const asked = useAsk(() => all((cursor) => intake.GET("/v1/imports", { params: { query: { cursor } } })), [], [now]);
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
          <p>{t.import.rows(one.rows)}{Object.entries(one.state === "done" ? one.done : one.found).map(([what, count]) => ` · ${String(count)} ${named(t.import.counts, what)}`)}</p>
          {one.lacking.length > 0 && <p class="note bad">{t.import.lacking} {one.lacking.map((field) => one.fields.find((known) => known.field === field)?.label ?? field).join(", ")}</p>}
          {one.state === "done" ? <p class="note good">{t.import.done}</p> : (
            <>
              <h3>{t.import.problems}</h3>
              <List items={problems.items.map((item) => ({ ...item, id: `${item.row}-${item.column}-${item.problem}` }))} empty={t.import.noProblems} row={(item) => (
                <Row title={`${t.import.row} ${item.row}${item.heading ? ` · ${item.heading}` : ""}`} sub={language() === "en" ? item.en : item.nl} />
              )} />
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
