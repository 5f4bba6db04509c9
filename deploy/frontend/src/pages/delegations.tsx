// A colleague acts for a school, or for some of its students, until a day.
import { type I, all, given, intake, newest, useAsk } from "../api";
import { nameOf, useCodes, useSchools } from "../codes";
import { useMe, useMySchools } from "../me";
import { Page, Tag } from "../ui/basics";
import type { Field } from "../ui/form";
import { Things } from "../ui/things";
import { day, inDays, period, t, today } from "../words";
import { filled } from "./programmes";

type Delegation = I["DelegationResource"];

export function DelegationsPage() {
  const me = useMe();
  const mine = useMySchools();
  const schools = useSchools();
  const reasons = useCodes("delegation-reasons");
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/delegations", { params: { query: { cursor, limit: 200 } } }), (one) => one.holds), []);
  const students = useAsk(() => all((cursor) => intake.GET("/v1/students", { params: { query: { cursor, limit: 200 } } })), ["students"]);
  const fields: Field[] = [
    { name: "email", label: t.delegations.email, kind: "email", required: true },
    { name: "fromDate", label: t.closures.begin, kind: "date", required: true },
    { name: "untilDate", label: t.delegations.until, kind: "date", required: true },
    { name: "reason", label: t.employers.reason, kind: "select", choices: reasons, required: true },
    { name: "studentIds", label: t.delegations.only, kind: "checks", choices: (students.data ?? []).map((one) => [one.id, `${one.givenName} ${one.familyName}`]) },
  ];
  if (mine.length > 1) fields.unshift({ name: "schoolId", label: t.offers.school, kind: "select", choices: mine.map((one) => [one.id, one.name]), required: true });
  const over = (one: Delegation) => Boolean(one.endedAt) || one.untilDate < today();
  return (
    <Page title={t.delegations.title} sub={t.delegations.sub}>
      <Things id="delegations" empty={t.delegations.none} asked={asked}
        make={{
          name: t.delegations.new, fields, values: { fromDate: today(), untilDate: inDays(28) }, said: t.saved,
          send: (body) => given(intake.POST("/v1/delegations", { body: filled(body) as never })),
        }}
        row={(one) => ({
          title: one.email === me.email ? t.delegations.you : one.email,
          sub: [
            schools.find((school) => school.id === one.schoolId)?.name, period(one.fromDate, one.untilDate), nameOf(reasons, one.reason),
            one.studentIds.length ? t.delegations.students(one.studentIds.length) : t.delegations.whole,
          ].filter(Boolean).join(" · "),
          aside: one.holds ? <Tag tone="good">{t.delegations.holds}</Tag> : <Tag>{over(one) ? `${t.delegations.over} ${day(one.endedAt ?? one.untilDate)}` : t.delegations.later}</Tag>,
        })}
        steps={[{
          name: t.delegations.end, when: (one) => !over(one), said: t.saved,
          send: (one) => given(intake.POST("/v1/delegations/{delegationId}/_end", { params: { path: { delegationId: one.id } } })),
        }]} />
    </Page>
  );
}
