// The students of a school: who can start, who searches, who has a place, and what is missing.
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { Link } from "wouter-preact";
import { type I, all, given, intake, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { useMySchools } from "../me";
import { Card, List, Page, Row, Shown, Tabs, Tag, type Tone } from "../ui/basics";
import { type Field, Form } from "../ui/form";
import { named, t } from "../words";

type Student = I["StudentResource"];
export const STUDENT_TONES: Record<string, Tone> = { searching: "wait", placed: "good", registered: "neutral", withdrawn: "neutral" };

const missing = (student: Student) =>
  student.missing.map((one) => named(t.missing, one.replace(/^\//, "").split("/")[0])).join(", ");

export function StudentsPage() {
  const [state, setState] = useState<string>("all");
  const [name, setName] = useState("");
  const sectors = useCodes("sectors");
  const asked = useAsk(
    () => all((cursor) => intake.GET("/v1/students", { params: { query: { cursor, limit: 200 } } })), ["students"],
  );
  return (
    <Page title={t.nav.students} actions={<Link class="primary" href="/students/new">{t.students.new}</Link>}>
      <Shown of={asked}>
        {(students) => {
          const states = ["registered", "searching", "placed", "withdrawn"];
          const count = (one: string) => students.filter((student) => student.state === one).length;
          const wanted = students
            .filter((one) => state === "all" || one.state === state)
            .filter((one) => `${one.givenName} ${one.familyName}`.toLowerCase().includes(name.toLowerCase()))
            .sort((one, other) => one.givenName.localeCompare(other.givenName));
          return (
            <>
              <div class="filters">
                <Tabs label={t.nav.students} now={state} choose={setState}
                  of={[["all", `${t.all} (${students.length})`], ...states.map((one) => [one, `${named(t.studentStates, one)} (${count(one)})`] as [string, string])]} />
                <label class="field"><span>{t.students.find}</span>
                  <input type="search" value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
              </div>
              <Card>
                <List items={wanted} empty={t.students.empty} row={(one) => (
                  <Row to={`/students/${one.id}`} title={`${one.givenName} ${one.familyName}`}
                    sub={one.missing.length ? `${t.students.missing} ${missing(one)}`
                      : one.wishes.map((wish) => nameOf(sectors, wish.sector)).join(" · ")}
                    aside={<Tag tone={STUDENT_TONES[one.state]}>{named(t.studentStates, one.state)}</Tag>} />
                )} />
              </Card>
            </>
          );
        }}
      </Shown>
    </Page>
  );
}

const FIRST_FIELDS = (): Field[] => [
  { name: "givenName", label: t.students.givenName, required: true },
  { name: "familyName", label: t.students.familyName, required: true },
  { name: "birthDate", label: t.students.birthDate, kind: "date", required: true },
  { name: "address/postcode", label: t.students.postcode, required: true },
  { name: "address/place", label: t.students.place, required: true },
];

export const schoolField = (schools: I["SchoolResource"][]): Field =>
  ({ name: "school", label: t.offers.school, kind: "select", required: true, choices: schools.map((one) => [one.brin, one.name]) });

export function NewStudentPage() {
  const [, go] = useLocation();
  const schools = useMySchools();
  const fields = FIRST_FIELDS();
  if (schools.length > 1) fields.push(schoolField(schools));
  return (
    <Page title={t.students.new}>
      <Card>
        <Form id="new-student" fields={fields} send={async (body) => {
          const made = await given(intake.POST("/v1/students", { body: body as never }));
          go(`/students/${made.id}`);
        }} />
      </Card>
    </Page>
  );
}
