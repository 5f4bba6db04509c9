// Programmes of a school or a region: seats, who waits, which schools take part, and one's own students in them.
import { type I, all, given, held, intake, newest, readFor, useAsk } from "../api";
import { nameOf, useCodes, useSchools } from "../codes";
import { useIsCoordinator, useMySchools, useOwner } from "../me";
import { Facts, Opens, Page, Tag, type Tone } from "../ui/basics";
import { type Field, flat } from "../ui/form";
import { type Making, type Step, Things } from "../ui/things";
import { choices, day, inDays, named, period, t, today, weekdayChoices, weekdays } from "../words";
import { Student } from "./today";

type Programme = I["ProgrammeResource"];
const ofProgramme = (programmeId: string) => ({ params: { path: { programmeId } } });
const TONES: Record<string, Tone> = { enrolled: "good", offered: "wait", waiting: "wait" };
const shown = (count: number | null) => count ?? "–";

/** A body without what was left open: for what has a value of its own then. */
export const filled = (body: Record<string, unknown>) => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));

export function ProgrammesPage() {
  const sectors = useCodes("sectors");
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/programmes", { params: { query: { cursor, limit: 200 } } })), ["programmes"]);
  return (
    <Page title={t.programmes.title} sub={t.programmes.sub}>
      <Things id="programmes" empty={t.programmes.none} asked={asked} make={useMaking()} steps={useSteps()}
        row={(one) => ({
          title: one.name,
          sub: [named(t.programmeKinds, one.kind), one.sector && nameOf(sectors, one.sector), period(one.beginDate, one.endDate)].filter(Boolean).join(" · "),
          aside: (
            <>
              <Tag tone={(one.counts.enrolled ?? 0) < one.seats ? "good" : "neutral"}>{t.programmes.seats(shown(one.counts.enrolled), one.seats)}</Tag>
              {(one.counts.waiting ?? 0) > 0 && <Tag tone="wait">{t.programmes.waiting(one.counts.waiting!)}</Tag>}
            </>
          ),
        })}
        more={(one) => <More of={one} />} />
    </Page>
  );
}

function More({ of }: { of: Programme }) {
  const schools = useSchools();
  const coordinator = useIsCoordinator();
  const nameOfSchool = (id: string | null) => schools.find((school) => school.id === id)?.name ?? t.closures.whole;
  return (
    <Opens title={t.programmes.look}>
      {() => (
        <>
          <Facts of={[
            [t.programmes.runs, nameOfSchool(of.schoolId)],
            [t.offers.description, of.description],
            [t.programmes.moments, of.moments.map((one) => `${weekdays([one.weekday])} ${one.begins.slice(0, 5)}–${one.ends.slice(0, 5)}: ${named(t.momentKinds, one.kind)}`).join("; ")],
            [t.programmes.from, of.entry.minimumAge],
            [t.programmes.partners, of.partners.map((one) => `${one.schoolName ?? nameOfSchool(one.schoolId)} (${named(t.inviteeStates, one.state)})`).join(", ")],
          ]} />
          {coordinator && <Enrolments of={of} />}
        </>
      )}
    </Opens>
  );
}

function Enrolments({ of }: { of: Programme }) {
  const asked = useAsk(() => all((cursor) => intake.GET("/v1/programmes/{programmeId}/enrolments", { params: { path: { programmeId: of.id }, query: { cursor, limit: 200 } } })), ["programmes"], [of.id]);
  const ofEnrolment = (enrolmentId: string) => ({ params: { path: { enrolmentId } } });
  return (
    <Things id={`enrolments-${of.id}`} title={t.programmes.own} empty={t.programmes.nobody} asked={asked}
      row={(one) => ({
        title: <Student id={one.studentId} />, to: `/students/${one.studentId}`,
        sub: one.state === "offered" ? `${t.programmes.heldUntil} ${day(one.heldUntil)}` : one.state === "waiting" ? t.programmes.ahead(one.ahead ?? 0) : null,
        aside: <Tag tone={TONES[one.state]}>{named(t.enrolmentStates, one.state)}</Tag>,
      })}
      steps={[
        { name: t.proposals.accept, main: true, when: (one) => one.state === "offered", said: t.saved, send: (one) => given(intake.POST("/v1/enrolments/{enrolmentId}/_accept", ofEnrolment(one.id))) },
        { name: t.proposals.decline, when: (one) => one.state === "offered", said: t.saved, send: (one) => given(intake.POST("/v1/enrolments/{enrolmentId}/_decline", ofEnrolment(one.id))) },
        { name: t.programmes.leave, when: (one) => one.state === "enrolled" || one.state === "waiting", said: t.saved, send: (one) => given(intake.POST("/v1/enrolments/{enrolmentId}/_leave", ofEnrolment(one.id))) },
      ]} />
  );
}

function useMaking(): Making {
  const sectors = useCodes("sectors");
  const { asking, owner } = useOwner();
  const fields: Field[] = [
    ...asking,
    { name: "name", label: t.employers.name, required: true },
    { name: "kind", label: t.offers.kind, kind: "select", choices: choices(t.programmeKinds), required: true },
    { name: "sector", label: t.employers.sector, kind: "select", choices: sectors },
    { name: "description", label: t.offers.description, kind: "textarea" },
    { name: "seats", label: t.offers.seats, kind: "number", required: true },
    { name: "beginDate", label: t.offers.begin, kind: "date", required: true },
    { name: "endDate", label: t.offers.end, kind: "date", required: true },
    { name: "minimumAge", label: t.programmes.from, kind: "number" },
    { name: "weekday", label: t.programmes.weekday, kind: "select", choices: weekdayChoices() },
    { name: "begins", label: t.placements.begins, kind: "time", when: (values) => Boolean(values.weekday) },
    { name: "ends", label: t.placements.ends, kind: "time", when: (values) => Boolean(values.weekday) },
  ];
  return {
    name: t.programmes.new, fields, values: { kind: "academy", seats: 12, beginDate: today(), endDate: inDays(150) }, said: t.saved,
    send: ({ minimumAge, weekday, begins, ends, ...body }) => given(intake.POST("/v1/programmes", {
      body: {
        ...filled(body), entry: filled({ minimumAge }), ...owner,
        moments: weekday ? [{ weekday, begins, ends, kind: "lesson" }] : [],
      } as never,
    })),
  };
}

function useSteps(): Step<Programme>[] {
  const mine = useMySchools();
  const schools = useSchools();
  const coordinator = useIsCoordinator();
  const runs = (one: Programme) => (one.schoolId ? mine.some((school) => school.id === one.schoolId) : !coordinator);
  const invited = (one: Programme) => one.partners.find((partner) => partner.state === "invited" && mine.some((school) => school.id === partner.schoolId));
  const students = useAsk(() => coordinator ? all((cursor) => intake.GET("/v1/students", { params: { query: { cursor, limit: 200 } } })) : Promise.resolve([]), ["students"]);
  const seats: Field[] = [{ name: "seats", label: t.offers.seats, kind: "number", required: true }];
  const answer = (path: "_accept" | "_decline") => (one: Programme) =>
    given(intake.POST(`/v1/programmes/{programmeId}/${path}`, { ...ofProgramme(one.id), body: { schoolId: invited(one)!.schoolId } as never }) as Promise<{ data?: unknown; response: Response }>);
  return [
    { name: t.programmes.takePart, main: true, when: (one) => Boolean(invited(one)), said: t.saved, send: answer("_accept") },
    { name: t.proposals.decline, when: (one) => Boolean(invited(one)), said: t.saved, send: answer("_decline") },
    {
      name: t.programmes.enrol, when: () => coordinator, said: t.programmes.enrolled,
      fields: [{
        name: "studentId", label: t.programmes.student, kind: "select", required: true,
        choices: (students.data ?? []).map((one) => [one.id, `${one.givenName} ${one.familyName}`]),
      }],
      send: (one, body) => given(intake.POST("/v1/programmes/{programmeId}/enrolments", { ...ofProgramme(one.id), body: body as never })),
    },
    {
      name: t.programmes.invite, when: runs, said: t.saved,
      fields: [{ name: "schoolId", label: t.offers.school, kind: "select", required: true, choices: schools.filter((one) => !mine.includes(one)).map((one) => [one.id, one.name]) }],
      send: (one, body) => given(intake.POST("/v1/programmes/{programmeId}/_invite", { ...ofProgramme(one.id), body: body as never })),
    },
    {
      name: t.programmes.changeSeats, when: runs, fields: seats, said: t.saved,
      read: (one) => readFor(intake.GET("/v1/programmes/{programmeId}", ofProgramme(one.id)), (now) => flat(now ?? {}, seats)),
      send: (one, body, tag) => given(intake.PATCH("/v1/programmes/{programmeId}", { params: { path: { programmeId: one.id }, header: held(tag) }, body: body as never })),
    },
  ];
}
