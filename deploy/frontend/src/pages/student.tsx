// One student: proposals with their reasons, why there are no more, whom to call, and what is known.
import { useState } from "preact/hooks";
import { type I, given, intake, matching, newest, tagged, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { happened } from "../live";
import { Act, Card, Dutch, Facts, List, Page, ProsAndCons, Shown, Tag } from "../ui/basics";
import { type Field, type Values, differs, flat, Form, nested } from "../ui/form";
import { Steps } from "../ui/things";
import { say } from "../ui/toast";
import { choices, day, named, period, t, today, weekdayChoices, weekdays } from "../words";
import { CallList } from "./calllist";
import { Fit } from "./fit";
import { ProposalCard, useDeclining } from "./proposal";
import { STUDENT_TONES } from "./students";

type Student = I["StudentResource"];
const ofStudent = (studentId: string) => ({ params: { path: { studentId } } });
const MOST_WISHES = 3;

export function StudentPage({ id }: { id: string }) {
  const asked = useAsk(() => tagged(intake.GET("/v1/students/{studentId}", ofStudent(id))), ["students"], [id]);
  const [editing, setEditing] = useState(false);
  return (
    <Shown of={asked}>
      {({ data: student, tag }) => (
        <Page title={`${student.givenName} ${student.familyName}`}
          sub={<Tag tone={STUDENT_TONES[student.state]}>{named(t.studentStates, student.state)}</Tag>}
          actions={<Actions student={student} changed={asked.reload} />}>
          <div class="columns wide-first">
            <div>
              {student.state !== "registered" && <Proposals id={id} />}
              {student.state === "searching" && <Fit student={student} />}
              {student.state === "searching" && <CallList student={student} />}
              {student.state === "registered" && <Missing id={id} version={student.version} />}
            </div>
            <div>
              <Card title={t.students.details}
                aside={!editing && <button class="plain" onClick={() => setEditing(true)}>{t.change}</button>}>
                {editing ? <Edit student={student} tag={tag} done={() => { setEditing(false); asked.reload(); }} /> : <Known of={student} />}
              </Card>
              <WishCheck id={id} version={student.version} />
              <Leave student={student} />
            </div>
          </div>
        </Page>
      )}
    </Shown>
  );
}

function Actions({ student, changed }: { student: Student; changed: () => void }) {
  const start = async () => {
    await given(intake.POST("/v1/students/{studentId}/_ready", ofStudent(student.id)));
    say(t.students.started);
    changed();
  };
  const stop = async () => {
    await given(intake.POST("/v1/students/{studentId}/_withdraw", { ...ofStudent(student.id), body: {} as never }));
    say(t.students.stopped, start);
    changed();
  };
  if (student.state === "searching") return <Act do={stop}>{t.students.withdraw}</Act>;
  return student.state === "placed" ? null : <Act class="primary" do={start}>{t.students.ready}</Act>;
}

function Missing({ id, version }: { id: string; version: number }) {
  const asked = useAsk(() => given(intake.GET("/v1/students/{studentId}/readiness", ofStudent(id))), [], [version]);
  return (
    <Card title={t.students.missing}>
      <Shown of={asked}>
        {(found) => found.ready ? <p class="note good">{t.students.complete}</p> : (
          <ProsAndCons of={found.items.filter((one) => one.needed && !one.present).map((one) => ({ id: one.pointer, text: <Dutch>{one.sentence}</Dutch> }))} />
        )}
      </Shown>
    </Card>
  );
}

function Proposals({ id }: { id: string }) {
  const declining = useDeclining();
  const asked = useAsk(
    () => Promise.all([
      newest((cursor) => matching.GET("/v1/students/{studentId}/proposals", { params: { path: { studentId: id }, query: { cursor, limit: 200 } } })),
      given(matching.GET("/v1/students/{studentId}/search", ofStudent(id))).catch(() => null),
    ]),
    ["proposals", "placements"], [id],
  );
  return (
    <Shown of={asked}>
      {([proposals, search]) => {
        const now = ["open", "accepted", "placed"];
        const open = proposals.filter((one) => now.includes(one.state) && !declining(one));
        const earlier = proposals.filter((one) => !now.includes(one.state));
        return (
          <>
            <Card title={t.proposals.title}>
              <List items={open} empty={t.proposals.empty} row={(one) => <ProposalCard of={one} />} />
            </Card>
            {search && search.state !== "ended" && (
              <Card title={t.proposals.whyNot}>
                <p class="quiet">{t.students.search}: {named(t.steps, search.step)}</p>
                <ProsAndCons of={search.whyNot.map((one) => ({
                  id: one.rule, text: <><Dutch>{one.text}</Dutch> {one.offers > 0 && <Tag>{t.proposals.offers(one.offers)}</Tag>}</>,
                }))} />
              </Card>
            )}
            {earlier.length > 0 && (
              <details class="card"><summary>{t.proposals.earlier} ({earlier.length})</summary>
                <List items={earlier} empty="" row={(one) => <ProposalCard of={one} />} />
              </details>
            )}
          </>
        );
      }}
    </Shown>
  );
}

function Known({ of }: { of: Student }) {
  const sectors = useCodes("sectors");
  const limits = useCodes("limits");
  return (
    <Facts of={[
      [t.students.wishes, of.wishes.length ? <ol class="wishes">{of.wishes.map((one) => (
        <li key={one.rank}>{nameOf(sectors, one.sector)}{one.tasks?.length ? <span class="quiet"> · {one.tasks.join(", ").replaceAll("-", " ")}</span> : null}</li>
      ))}</ol> : null],
      [t.students.kind, named(t.kinds, of.placementKind)],
      [t.students.beginDate, of.beginDate && period(of.beginDate, of.endDate)],
      [t.students.weekdays, of.weekdays.length ? `${weekdays(of.weekdays)} (${of.daysPerWeek ?? "?"} ${t.students.days})` : null],
      [t.students.guidanceNeed, named(t.guidance, of.guidanceNeed)],
      [t.students.outflowProfile, named(t.profiles, of.outflowProfile)],
      [t.students.travelMode, of.travel && `${named(t.travelModes, of.travel.mode)}, ${of.travel.maxMinutes} min.`],
      [t.students.limits, of.limits.map((one) => nameOf(limits, one)).join(", ")],
      [t.students.birthDate, day(of.birthDate)],
      [t.students.place, of.address && `${of.address.postcode} ${of.address.place}`],
      [t.students.notes, of.notes],
    ]} />
  );
}

function useFields(): Field[] {
  const sectors = useCodes("sectors");
  const limits = useCodes("limits");
  return [
    { name: "givenName", label: t.students.givenName, required: true },
    { name: "familyName", label: t.students.familyName, required: true },
    ...Array.from({ length: MOST_WISHES }, (_, at): Field => ({ name: `wish${at}`, label: t.students.sector(at + 1), kind: "select", choices: sectors })),
    { name: "placementKind", label: t.students.kind, kind: "select", choices: choices(t.kinds) },
    { name: "beginDate", label: t.students.beginDate, kind: "date" },
    { name: "endDate", label: t.students.endDate, kind: "date" },
    { name: "weekdays", label: t.students.weekdays, kind: "checks", choices: weekdayChoices() },
    { name: "daysPerWeek", label: t.students.days, kind: "number" },
    { name: "guidanceNeed", label: t.students.guidanceNeed, kind: "select", choices: choices(t.guidance) },
    { name: "outflowProfile", label: t.students.outflowProfile, kind: "select", choices: choices(t.profiles) },
    { name: "travel/mode", label: t.students.travelMode, kind: "select", choices: choices(t.travelModes) },
    { name: "travel/maxMinutes", label: t.students.travelMinutes, kind: "number" },
    { name: "limits", label: t.students.limits, kind: "checks", choices: limits },
    { name: "acceptsNeighbouringWork", label: t.students.neighbouring, kind: "check" },
    { name: "notes", label: t.students.notes, kind: "textarea" },
  ];
}

function Edit({ student, tag, done }: { student: Student; tag: string; done: () => void }) {
  const fields = useFields();
  const values = (of: Student): Values => ({
    ...flat(of, fields), ...Object.fromEntries(of.wishes.slice(0, MOST_WISHES).map((one, at) => [`wish${at}`, one.sector])),
  });
  return (
    <Form id={`student-${student.id}`} fields={fields} values={values(student)} from={{ student, tag }} cancel={done}
      reread={async () => {
        const now = await tagged(intake.GET("/v1/students/{studentId}", ofStudent(student.id)));
        return { values: values(now.data), from: { student: now.data, tag: now.tag } };
      }}
      send={async (body, { student: was, tag: held }) => {
        const change = changes(asBody(nested(values(was), fields), was), asBody(body, was));
        const call = { params: { path: { studentId: was.id }, header: { "If-Match": held } }, body: change as never };
        if (Object.keys(change).length) await given(intake.PATCH("/v1/students/{studentId}", call));
        say(t.saved);
        done();
      }} />
  );
}

const changes = (was: Values, now: Values): Values =>
  Object.fromEntries(Object.entries(now).filter(([name, value]) => differs(was[name], value)));

/** The form's wishes as the API has them: in order, with what stood beside a sector, and those that the form does not show. */
function asBody(body: Values, student: Student): Values {
  const rest: Values = { ...body };
  const wishes: Student["wishes"] = [];
  for (let at = 0; at < MOST_WISHES; at++) {
    const sector = body[`wish${at}`] as string | null;
    delete rest[`wish${at}`];
    if (!sector) continue;
    const known = [student.wishes[at], ...student.wishes].find((one) => one?.sector === sector);
    wishes.push({ tasks: known?.tasks ?? [], neighbourhoods: known?.neighbourhoods ?? [], sector, rank: wishes.length + 1 });
  }
  wishes.push(...student.wishes.slice(MOST_WISHES));
  const travel = body.travel as { mode: unknown; maxMinutes: unknown };
  return { ...rest, wishes, travel: travel.mode || travel.maxMinutes ? travel : null };
}

function WishCheck({ id, version }: { id: string; version: number }) {
  const sectors = useCodes("sectors");
  const asked = useAsk(() => given(intake.GET("/v1/students/{studentId}/wish-check", ofStudent(id))), [], [version]);
  if (!asked.data?.items.length) return null;
  return (
    <Card title={t.students.check}>
      <ProsAndCons of={asked.data.items.map((one) => ({
        id: String(one.rank), plus: one.realistic, text: <><strong>{nameOf(sectors, one.sector)}</strong> <Dutch>{one.sentence}</Dutch></>,
      }))} />
    </Card>
  );
}

/** Leaving begins the asking after, six, twelve and twenty-four months later. */
function Leave({ student }: { student: Student }) {
  const step = {
    name: t.leavers.leave, fields: [{ name: "leftDate", label: t.placements.endedDate, kind: "date" as const, required: true }],
    values: () => ({ leftDate: today() }), said: t.leavers.leaves,
    send: (one: Student, body: Values) => given(intake.POST("/v1/students/{studentId}/_leave", { ...ofStudent(one.id), body: body as never })),
  };
  return <Steps id={`leave-${student.id}`} of={student} steps={[step]} changed={() => happened(["students"])} />;
}
