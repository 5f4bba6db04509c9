// What waits for a coordinator, kept up to date by the live stream.
import { type I, all, given, intake, matching, useAsk } from "../api";
import { useEmployer, useStudent } from "../codes";
import { useMe, useMyRegions } from "../me";
import { Card, Figure, List, Page, Row, Shown, Tag } from "../ui/basics";
import { Form } from "../ui/form";
import { day, inDays, t } from "../words";
import { isToCome } from "./offers";
import { ProposalCard, useDeclining } from "./proposal";

const SOON_DAYS = 30;

function look() {
  return Promise.all([
    all((cursor) => matching.GET("/v1/proposals", { params: { query: { state: "open", cursor, limit: 200 } } })),
    all((cursor) => intake.GET("/v1/students", { params: { query: { cursor, limit: 200 } } })),
    all((cursor) => intake.GET("/v1/placements", { params: { query: { cursor, limit: 200 } } })),
    given(intake.GET("/v1/visits/due")).then((found) => found.items),
    given(intake.GET("/v1/relations/next-steps", { params: { query: { until: inDays(7) } } })).then((found) => found.items),
    given(intake.GET("/v1/questions", { params: { query: { direction: "to-us", answered: false } } })).then((found) => found.items),
  ]);
}

export function TodayPage() {
  const me = useMe();
  const asked = useAsk(look, ["proposals", "students", "placements", "employers", "questions"]);
  return (
    <Page title={t.today.hello(me.name.split(" ")[0] ?? "")} sub={t.today.waiting}>
      <Shown of={asked}>
        {([proposals, students, placements, visits, steps, questions]) => {
          const own = placements.filter((one) => one.studentId);
          const ending = own.filter((one) => one.state === "running" && one.endDate && one.endDate <= inDays(SOON_DAYS));
          const ready = students.filter((one) => one.state === "registered" && !one.missing.length);
          const count = (state: string) => students.filter((one) => one.state === state).length;
          const nothing = !proposals.length && !visits.length && !steps.length && !questions.length && !ready.length && !ending.length;
          return (
            <>
              <div class="figures">
                <Figure value={proposals.length} label={t.today.open} />
                <Figure value={count("searching")} label={t.today.searching} to="/students" />
                <Figure value={count("placed")} label={t.today.placed} to="/placements" />
                <FreeSeats />
              </div>
              {nothing && <p class="note good">{t.today.nothing}</p>}
              <Proposals of={proposals} />
              <div class="columns">
                {visits.length > 0 && (
                  <Card title={t.today.visits}>
                    <List items={visits} empty="" row={(one) => (
                      <Row to={`/placements/${one.placementId}`} title={<Student id={one.studentId} />} sub={day(one.dueDate)}
                        aside={one.overdue && <Tag tone="bad">{t.today.overdue}</Tag>} />
                    )} />
                  </Card>
                )}
                {steps.length > 0 && (
                  <Card title={t.today.steps}>
                    <List items={steps} empty="" row={(one) => (
                      <Row to={`/employers/${one.employerId}`} title={one.employerName} sub={`${one.nextStep ?? ""} · ${day(one.nextStepDate)}`} />
                    )} />
                  </Card>
                )}
                {ending.length > 0 && (
                  <Card title={t.today.ending}>
                    <List items={ending} empty="" row={(one) => (
                      <Row to={`/placements/${one.id}`} title={<Student id={one.studentId} />} sub={<><Employer id={one.employerId} /> · {day(one.endDate)}</>} />
                    )} />
                  </Card>
                )}
                {ready.length > 0 && (
                  <Card title={t.today.ready}>
                    <List items={ready} empty="" row={(one) => <Row to={`/students/${one.id}`} title={`${one.givenName} ${one.familyName}`} />} />
                  </Card>
                )}
                {questions.length > 0 && (
                  <Card title={t.today.questions}>
                    <List items={questions} empty="" row={(one) => <Question of={one} answered={asked.reload} />} />
                  </Card>
                )}
              </div>
            </>
          );
        }}
      </Shown>
    </Page>
  );
}

function Proposals({ of }: { of: Awaited<ReturnType<typeof look>>[0] }) {
  const declining = useDeclining();
  const shown = of.filter((one) => !declining(one));
  if (!shown.length) return null;
  return (
    <Card title={`${t.today.proposals} (${shown.length})`}>
      <List items={shown} empty="" row={(one) => <ProposalCard of={one} withStudent />} />
    </Card>
  );
}

function FreeSeats() {
  const regions = useMyRegions();
  const asked = useAsk(
    () => regions[0] ? all((cursor) => intake.GET("/v1/offers", {
      params: { query: { region: regions[0], free: true, state: "open", fields: "id,freeSeats,endDate", cursor, limit: 200 } },
    })) : Promise.resolve([]),
    ["offers"], [regions[0]],
  );
  const known = regions[0] ? asked.data : undefined;
  return <Figure value={known?.filter(isToCome).reduce((sum, one) => sum + one.freeSeats, 0) ?? "…"} label={t.today.free} to="/offers" />;
}

export function Student({ id }: { id: string | null }) {
  const student = useStudent(id);
  return <>{student ? `${student.givenName} ${student.familyName}` : "…"}</>;
}

export function Employer({ id }: { id: string }) {
  return <>{useEmployer(id)?.name ?? "…"}</>;
}

function Question({ of, answered }: { of: I["QuestionResource"]; answered: () => void }) {
  return (
    <div>
      <Row to={`/employers/${of.employerId}`} title={<Employer id={of.employerId} />} sub={`${of.schoolName}: ${of.text}`} />
      <Form id={`question-${of.id}`} button={t.today.answer} fields={[{ name: "text", label: t.today.answer, kind: "textarea", required: true }]}
        send={async (body) => {
          await given(intake.POST("/v1/questions/{questionId}/answers", {
            params: { path: { questionId: of.id } }, body: body as never,
          }));
          answered();
        }} />
    </div>
  );
}
