// Who left school is asked after: six, twelve and twenty-four months later.
import { all, given, held, intake, readFor, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { Page, Tag } from "../ui/basics";
import { type Field, flat } from "../ui/form";
import { Things } from "../ui/things";
import { choices, day, named, t, today } from "../words";
import { Student } from "./today";

export function LeaversPage() {
  const reasons = useCodes("follow-up-reasons");
  const asked = useAsk(() => all((cursor) => intake.GET("/v1/follow-ups", { params: { query: { cursor, limit: 200 } } })), ["students"]);
  const fields: Field[] = [
    { name: "askedDate", label: t.placements.date, kind: "date", required: true },
    { name: "outcome", label: t.leavers.outcome, kind: "select", choices: choices(t.followUpOutcomes), required: true },
    { name: "reasons", label: t.leavers.reasons, kind: "checks", choices: reasons },
    { name: "guidedBy", label: t.leavers.guidedBy, kind: "checks", choices: choices(t.guides) },
    { name: "note", label: t.placements.note, kind: "textarea" },
  ];
  const ofFollowUp = (followUpId: string) => ({ params: { path: { followUpId } } });
  const sorted = { ...asked, data: asked.data && [...asked.data].sort((one, other) => Number(other.due) - Number(one.due) || one.dueDate.localeCompare(other.dueDate)) };
  return (
    <Page title={t.leavers.title} sub={t.leavers.sub}>
      <Things id="leavers" empty={t.leavers.none} asked={sorted}
        row={(one) => ({
          title: <Student id={one.studentId} />, to: `/students/${one.studentId}`,
          sub: [
            t.leavers.after(one.months), `${t.leavers.left} ${day(one.leftDate)}`,
            one.heard ? (one.heard.reasons ?? []).map((code) => nameOf(reasons, code)).join(", ") : `${t.leavers.ask} ${day(one.askDate)} – ${day(one.dueDate)}`,
          ].filter(Boolean).join(" · "),
          aside: one.heard ? <Tag tone="good">{named(t.followUpOutcomes, one.heard.outcome)}</Tag> : one.due && <Tag tone={one.dueDate < today() ? "bad" : "wait"}>{t.leavers.due}</Tag>,
        })}
        steps={[{
          name: t.leavers.record, when: (one) => one.askDate <= today(), fields, said: t.saved,
          read: (one) => readFor(intake.GET("/v1/follow-ups/{followUpId}", ofFollowUp(one.id)), (now) => flat(now?.heard ?? { askedDate: today() }, fields)),
          send: (one, body, tag) => given(intake.PUT("/v1/follow-ups/{followUpId}", { params: { path: { followUpId: one.id }, header: held(tag) }, body: body as never })),
        }]} />
    </Page>
  );
}
