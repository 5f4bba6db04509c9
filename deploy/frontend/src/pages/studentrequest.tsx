// What was asked of UWV for a student of the own school: the mail about its answer leads here.
import { type I, given, intake, useAsk } from "../api";
import { Page, Tag } from "../ui/basics";
import type { Field } from "../ui/form";
import { History, Things } from "../ui/things";
import { choices, day, named, t } from "../words";
import { Student } from "./today";

const of = (one: I["StudentRequestResource"]) => ({ params: { path: { studentId: one.studentId, requestId: one.id } } });

export function StudentRequestPage({ id }: { id: string }) {
  const asked = useAsk(
    () => given(intake.GET("/v1/student-requests/{requestId}/school", { params: { path: { requestId: id } } })).then((one) => [one]),
    ["students"], [id],
  );
  const fields: Field[] = [
    { name: "ground", label: t.indications.ground, kind: "select", choices: choices(t.indications.grounds), required: true },
    { name: "reason", label: t.indications.reason, required: true },
  ];
  return (
    <Page title={t.indications.title}>
      <Things id={`indication-${id}`} empty="" asked={asked}
        row={(one) => ({
          title: <Student id={one.studentId} />, to: `/students/${one.studentId}`,
          sub: [
            named(t.indications.kinds, one.indication), one.outcome && named(t.indications.outcomes, one.outcome),
            one.lastDate && `${t.indications.until} ${day(one.lastDate)}`, one.acceptedDate && `${t.indications.accepted} ${day(one.acceptedDate)}`,
          ].filter(Boolean).join(" · "),
          aside: <Tag tone={one.state === "answered" ? "good" : "wait"}>{named(t.requestStates, one.state)}</Tag>,
        })}
        more={(one) => <History of={one.steps} states={t.requestStates} />}
        steps={[
          {
            name: t.indications.accept, fields, said: t.saved, main: true, when: (one) => one.outcome !== null && !one.acceptedDate,
            send: (one, body) => given(intake.POST("/v1/students/{studentId}/requests/{requestId}/_accept", { ...of(one), body: body as never })),
          },
          {
            name: t.requests.withdraw, when: (one) => one.possible.includes("withdrawn"),
            send: (one) => given(intake.POST("/v1/students/{studentId}/requests/{requestId}/_withdraw", of(one))),
          },
        ]} />
    </Page>
  );
}
