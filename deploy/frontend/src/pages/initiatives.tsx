// What schools and a region undertake together, their meetings, and what was agreed there.
import { type I, given, intake, newest, useAsk } from "../api";
import { nameOf, useCodes, useSchools } from "../codes";
import { useEmployerChoices, useIsCoordinator, useMySchools, useOwner } from "../me";
import { Facts, Opens, Page, Shown, Tag } from "../ui/basics";
import type { Field } from "../ui/form";
import { type Step, Things } from "../ui/things";
import { choices, day, named, period, t, today } from "../words";
import { filled } from "./programmes";

type Initiative = I["InitiativeResource"];
type Meeting = I["MeetingResource"];

/** Who may change what a school, or without one a region, undertakes. */
function useIsOurs(): (one: { schoolId: string | null }) => boolean {
  const mine = useMySchools();
  const coordinator = useIsCoordinator();
  return (one) => (one.schoolId ? mine.some((school) => school.id === one.schoolId) : !coordinator);
}

export function InitiativesPage() {
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/initiatives", { params: { query: { cursor, limit: 200 } } }), (one) => one.state === "running"), ["initiatives"]);
  return (
    <Page title={t.initiatives.title} sub={t.initiatives.sub}>
      <Initiatives asked={asked} />
      <Meetings initiatives={asked.data ?? []} />
      <Tasks />
    </Page>
  );
}

function Initiatives({ asked }: { asked: Parameters<typeof Things<Initiative>>[0]["asked"] }) {
  const kinds = useCodes("initiative-kinds");
  const aims = useCodes("initiative-aims");
  const targets = useCodes("initiative-targets");
  const sectors = useCodes("sectors");
  const employers = useEmployerChoices();
  const { asking, owner } = useOwner();
  const ours = useIsOurs();
  const fields: Field[] = [
    ...asking,
    { name: "name", label: t.employers.name, required: true },
    { name: "kind", label: t.offers.kind, kind: "select", choices: kinds, required: true },
    { name: "aim", label: t.initiatives.aim, kind: "select", choices: aims, required: true },
    { name: "goal", label: t.initiatives.goal, kind: "textarea", required: true },
    { name: "targetGroups", label: t.initiatives.targets, kind: "checks", choices: targets },
    { name: "sectors", label: t.employers.sector, kind: "checks", choices: sectors },
    { name: "beginDate", label: t.offers.begin, kind: "date", required: true },
    { name: "endDate", label: t.offers.end, kind: "date" },
  ];
  const of = (initiativeId: string) => ({ params: { path: { initiativeId } } });
  const steps: Step<Initiative>[] = [
    {
      name: t.initiatives.link, when: (one) => ours(one) && one.state === "running", said: t.saved,
      fields: [{ name: "employerId", label: t.initiatives.employer, kind: "select", choices: employers, required: true }, { name: "sinceDate", label: t.closures.begin, kind: "date", required: true }],
      values: (one) => ({ sinceDate: one.beginDate > today() ? one.beginDate : today() }),
      send: (one, body) => given(intake.POST("/v1/initiatives/{initiativeId}/employers", { ...of(one.id), body: body as never })),
    },
    {
      name: t.initiatives.end, when: (one) => ours(one) && one.state === "running", said: t.saved,
      fields: [{ name: "endedDate", label: t.placements.date, kind: "date", required: true }, { name: "result", label: t.initiatives.result, kind: "textarea", required: true }],
      values: () => ({ endedDate: today() }),
      send: (one, body) => given(intake.POST("/v1/initiatives/{initiativeId}/_end", { ...of(one.id), body: body as never })),
    },
  ];
  return (
    <Things id="initiatives" title={t.initiatives.list} empty={t.initiatives.none} asked={asked} steps={steps}
      make={{ name: t.initiatives.new, fields, values: { beginDate: today() }, said: t.saved, send: (body) => given(intake.POST("/v1/initiatives", { body: { ...body, ...owner } as never })) }}
      row={(one) => ({
        title: one.name, sub: <>{nameOf(kinds, one.kind)} · {period(one.beginDate, one.endedDate ?? one.endDate)}<div>{one.goal}</div></>,
        aside: <Tag tone={one.state === "running" ? "good" : "neutral"}>{named(t.initiativeStates, one.state)}</Tag>,
      })}
      more={(one) => <Opens title={t.initiatives.effect}>{() => <Effect of={one} />}</Opens>} />
  );
}

function Effect({ of }: { of: Initiative }) {
  const asked = useAsk(() => given(intake.GET("/v1/initiatives/{initiativeId}/effect", { params: { path: { initiativeId: of.id } } })), ["initiatives", "placements"], [of.id]);
  return (
    <Shown of={asked}>
      {(found) => (
        <Facts of={[
          [t.initiatives.employers, `${found.employers} (${found.newEmployers} ${t.initiatives.newOnes})`],
          [t.initiatives.placements, found.placements ?? t.plan.few],
          [t.plan.jobs, found.toWork ?? t.plan.few],
          [t.initiatives.result, of.result],
        ]} />
      )}
    </Shown>
  );
}

function Meetings({ initiatives }: { initiatives: readonly Initiative[] }) {
  const kinds = useCodes("meeting-kinds");
  const roles = useCodes("meeting-roles");
  const schools = useSchools();
  const mine = useMySchools();
  const { asking, owner } = useOwner();
  const ours = useIsOurs();
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/meetings", { params: { query: { cursor, limit: 200 } } })), ["initiatives"]);
  const invitee = (one: Meeting) => one.invitees.find((each) => mine.some((school) => school.id === each.schoolId));
  const nameOfInvitee = (one: Meeting["invitees"][number]) => one.intermediary ? named(t.intermediaries, one.intermediary)
    : one.schoolId ? schools.find((school) => school.id === one.schoolId)?.name ?? t.offers.school : t.initiatives.employer;
  const fields: Field[] = [
    ...asking,
    { name: "title", label: t.initiatives.about, required: true },
    { name: "kind", label: t.offers.kind, kind: "select", choices: kinds, required: true },
    { name: "onDate", label: t.placements.date, kind: "date", required: true },
    { name: "place", label: t.initiatives.place },
    { name: "initiativeId", label: t.initiatives.belongs, kind: "select", choices: initiatives.filter((one) => ours(one) && one.state === "running").map((one) => [one.id, one.name]) },
  ];
  const inviting: Field[] = [
    { name: "schoolId", label: t.offers.school, kind: "select", choices: schools.map((one) => [one.id, one.name]), when: (values) => !values.intermediary },
    { name: "intermediary", label: t.initiatives.organisation, kind: "select", choices: choices(t.intermediaries), when: (values) => !values.schoolId },
    { name: "roles", label: t.initiatives.roles, kind: "checks", choices: roles },
  ];
  const task: Field[] = [
    { name: "action", label: t.initiatives.task, required: true },
    { name: "schoolId", label: t.offers.school, kind: "select", choices: schools.map((one) => [one.id, one.name]), required: true },
    { name: "dueDate", label: t.employers.nextStepDate, kind: "date", required: true },
  ];
  const of = (meetingId: string) => ({ params: { path: { meetingId } } });
  const answer = (state: string) => (one: Meeting) => given(intake.POST("/v1/meetings/{meetingId}/invitees/{inviteeId}/_answer", {
    params: { path: { meetingId: one.id, inviteeId: invitee(one)!.id } }, body: { state } as never,
  }));
  const steps: Step<Meeting>[] = [
    { name: t.initiatives.come, main: true, when: (one) => Boolean(invitee(one) && invitee(one)!.state !== "accepted" && one.onDate >= today()), send: answer("accepted"), said: t.saved },
    { name: t.initiatives.stay, when: (one) => Boolean(invitee(one) && invitee(one)!.state !== "declined" && one.onDate >= today()), send: answer("declined"), said: t.saved },
    { name: t.initiatives.invite, when: ours, fields: inviting, said: t.saved, send: (one, body) => given(intake.POST("/v1/meetings/{meetingId}/_invite", { ...of(one.id), body: body as never })) },
    { name: t.initiatives.agree, when: ours, fields: task, said: t.saved, send: (one, body) => given(intake.POST("/v1/meetings/{meetingId}/tasks", { ...of(one.id), body: body as never })) },
  ];
  return (
    <Things id="meetings" title={t.initiatives.meetings} empty={t.initiatives.noMeetings} asked={asked} steps={steps}
      make={{ name: t.initiatives.newMeeting, fields, said: t.saved, send: (body) => given(intake.POST("/v1/meetings", { body: { ...filled(body), ...owner } as never })) }}
      row={(one) => ({
        title: one.title, aside: <Tag tone={one.onDate >= today() ? "wait" : "neutral"}>{day(one.onDate)}</Tag>,
        sub: <>{[nameOf(kinds, one.kind), one.place].filter(Boolean).join(" · ")}
          {one.invitees.length > 0 && <div>{one.invitees.map((each) => `${nameOfInvitee(each)} (${named(t.inviteeStates, each.state)})`).join(", ")}</div>}</>,
      })} />
  );
}

function Tasks() {
  const schools = useSchools();
  const mine = useMySchools();
  const coordinator = useIsCoordinator();
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/meeting-tasks", { params: { query: { cursor, limit: 200 } } }), (one) => !one.doneDate), ["initiatives"]);
  return (
    <Things id="tasks" title={t.initiatives.tasks} empty={t.initiatives.noTasks} asked={asked}
      row={(one) => ({
        title: one.action, sub: `${schools.find((school) => school.id === one.schoolId)?.name ?? ""} · ${t.employers.nextStepDate.toLowerCase()} ${day(one.dueDate)}`,
        aside: one.doneDate ? <Tag tone="good">{t.initiatives.done} {day(one.doneDate)}</Tag> : one.dueDate < today() && <Tag tone="bad">{t.today.overdue}</Tag>,
      })}
      steps={[{
        name: t.initiatives.markDone, when: (one) => !one.doneDate && (!coordinator || mine.some((school) => school.id === one.schoolId)), said: t.saved,
        send: (one) => given(intake.POST("/v1/meeting-tasks/{taskId}/_done", { params: { path: { taskId: one.id } } })),
      }]} />
  );
}
