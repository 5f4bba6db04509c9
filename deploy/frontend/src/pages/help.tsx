// What is asked of and for employers: recognition by SBB, support, and questions about guidance. Nothing is about a student.
import { type I, given, intake, newest, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { useEmployerChoices, useIsCoordinator, useMe } from "../me";
import { Page, Tag, type Tone } from "../ui/basics";
import type { Field } from "../ui/form";
import { History, type Step, Things } from "../ui/things";
import { choices, named, t, today } from "../words";
import { filled } from "./programmes";

const TONES: Record<string, Tone> = { recognised: "good", refused: "bad", withdrawn: "neutral", done: "good", declined: "neutral", answered: "good" };
const stateTag = (states: Record<string, string>, state: string) => <Tag tone={TONES[state] ?? "wait"}>{named(states, state)}</Tag>;
const isOpen = (one: { state: string }) => !(one.state in TONES);

export function HelpPage() {
  const me = useMe();
  const outside = me.roles.includes("intermediary");
  return (
    <Page title={t.help.title} sub={outside ? t.help.subOutside : t.help.sub}>
      {(outside || me.roles.includes("coordinator")) && <Requests />}
      <Support />
      {(!outside || me.kind === "sbb") && <Accreditations />}
    </Page>
  );
}

const NOTE = (): Field => ({ name: "note", label: t.tips.note, kind: "textarea" });

function Requests() {
  const outside = useMe().roles.includes("intermediary");
  const reasons = useCodes("request-declines");
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/requests", { params: { query: { cursor, limit: 200 } } }), isOpen), ["requests"]);
  const of = (requestId: string) => ({ params: { path: { requestId } } });
  const steps: Step<I["RequestResource"]>[] = [
    { name: t.requests.take, main: true, when: (one) => outside && one.possible.includes("taken"), said: t.saved, send: (one) => given(intake.POST("/v1/requests/{requestId}/_take", { ...of(one.id), body: {} as never })) },
    {
      name: t.requests.answer, when: (one) => outside && one.possible.includes("answered"), said: t.requests.sent,
      fields: [{ ...NOTE(), label: t.requests.answerText, required: true }],
      send: (one, body) => given(intake.POST("/v1/requests/{requestId}/_answer", { ...of(one.id), body: body as never })),
    },
    {
      name: t.requests.decline, when: (one) => outside && one.possible.includes("declined"), said: t.saved,
      fields: [{ name: "reason", label: t.employers.reason, kind: "select", choices: reasons, required: true }, NOTE()],
      send: (one, body) => given(intake.POST("/v1/requests/{requestId}/_decline", { ...of(one.id), body: body as never })),
    },
    { name: t.requests.withdraw, when: (one) => !outside && one.possible.includes("withdrawn"), said: t.saved, send: (one) => given(intake.POST("/v1/requests/{requestId}/_withdraw", { ...of(one.id), body: {} as never })) },
  ];
  return (
    <Things id="requests" title={t.requests.title} note={outside ? undefined : t.requests.where} empty={t.requests.none} asked={asked} steps={steps}
      row={(one) => ({
        title: one.employerName, to: outside ? undefined : one.placementId ? `/placements/${one.placementId}` : `/employers/${one.employerId}`,
        sub: <>{[named(t.requestKinds, one.kind), outside && one.schoolName].filter(Boolean).join(" · ")}<div>{one.question}</div></>, aside: stateTag(t.requestStates, one.state),
      })}
      more={(one) => <History of={one.steps} states={t.requestStates} />} />
  );
}

function Support() {
  const outside = useMe().roles.includes("intermediary");
  const coordinator = useIsCoordinator();
  const reasons = useCodes("support-decline-reasons");
  const employers = useEmployerChoices();
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/support", { params: { query: { cursor, limit: 200 } } }), isOpen), ["requests"]);
  const of = (supportId: string) => ({ params: { path: { supportId } } });
  const steps: Step<I["SupportResource"]>[] = [
    {
      name: t.help.offer, main: true, when: (one) => one.possible.includes("offered"), said: t.saved,
      fields: [{ name: "offeredBy", label: t.help.by, kind: "select", choices: choices(t.helpers), required: true }, NOTE()],
      send: (one, body) => given(intake.POST("/v1/support/{supportId}/_offer", { ...of(one.id), body: body as never })),
    },
    { name: t.help.done, when: (one) => one.possible.includes("done"), said: t.saved, fields: [NOTE()], send: (one, body) => given(intake.POST("/v1/support/{supportId}/_done", { ...of(one.id), body: body as never })) },
    {
      name: t.help.decline, when: (one) => one.possible.includes("declined"), said: t.saved,
      fields: [{ name: "reason", label: t.employers.reason, kind: "select", choices: reasons, required: true }, NOTE()],
      send: (one, body) => given(intake.POST("/v1/support/{supportId}/_decline", { ...of(one.id), body: body as never })),
    },
  ];
  return (
    <Things id="support" title={t.help.support} empty={t.help.noSupport} asked={asked} steps={steps}
      make={coordinator && {
        name: t.help.ask, said: t.saved,
        fields: [
          { name: "employerId", label: t.initiatives.employer, kind: "select", choices: employers, required: true },
          { name: "kind", label: t.help.what, kind: "select", choices: choices(t.supportKinds), required: true }, NOTE(),
        ],
        send: ({ employerId, ...body }) => given(intake.POST("/v1/employers/{employerId}/support", { params: { path: { employerId: employerId as string } }, body: filled(body) as never })),
      }}
      row={(one) => ({
        title: one.employerName, to: outside ? undefined : `/employers/${one.employerId}`,
        sub: [named(t.supportKinds, one.kind), one.schoolName, one.offeredBy && `${t.help.by.toLowerCase()}: ${named(t.helpers, one.offeredBy)}`].filter(Boolean).join(" · "),
        aside: stateTag(t.supportStates, one.state),
      })}
      more={(one) => <History of={one.steps} states={t.supportStates} />} />
  );
}

function Accreditations() {
  const outside = useMe().roles.includes("intermediary");
  const coordinator = useIsCoordinator();
  const reasons = useCodes("accreditation-refusals");
  const employers = useEmployerChoices();
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/accreditations", { params: { query: { cursor, limit: 200 } } }), isOpen), ["requests", "employers"]);
  const of = (accreditationId: string) => ({ params: { path: { accreditationId } } });
  const onDate: Field = { name: "onDate", label: t.placements.date, kind: "date" };
  const levels = choices(t.recognitions).filter(([code]) => code !== "none");
  const steps: Step<I["AccreditationResource"]>[] = [
    {
      name: t.help.submit, main: true, when: (one) => !outside && one.possible.includes("submitted"), fields: [onDate, NOTE()], said: t.saved, values: () => ({ onDate: today() }),
      send: (one, body) => given(intake.POST("/v1/accreditations/{accreditationId}/_submit", { ...of(one.id), body: body as never })),
    },
    {
      name: t.help.plan, when: (one) => one.possible.includes("visit-planned"), said: t.saved, fields: [{ name: "visitDate", label: t.help.visitDate, kind: "date", required: true }, NOTE()],
      send: (one, body) => given(intake.POST("/v1/accreditations/{accreditationId}/_plan-visit", { ...of(one.id), body: body as never })),
    },
    {
      name: t.help.recognise, main: outside, when: (one) => one.possible.includes("recognised"), said: t.help.recognised, values: (one) => ({ recognition: one.wanted }),
      fields: [{ name: "recognition", label: t.employers.recognition, kind: "select", choices: levels }, { name: "companyId", label: t.help.companyId }, NOTE()],
      send: (one, body) => given(intake.POST("/v1/accreditations/{accreditationId}/_recognise", { ...of(one.id), body: body as never })),
    },
    {
      name: t.help.refuse, when: (one) => one.possible.includes("refused"), said: t.saved, fields: [{ name: "reason", label: t.employers.reason, kind: "select", choices: reasons, required: true }, NOTE()],
      send: (one, body) => given(intake.POST("/v1/accreditations/{accreditationId}/_refuse", { ...of(one.id), body: body as never })),
    },
    { name: t.requests.withdraw, when: (one) => !outside && one.possible.includes("withdrawn"), said: t.saved, send: (one) => given(intake.POST("/v1/accreditations/{accreditationId}/_withdraw", { ...of(one.id), body: {} as never })) },
  ];
  return (
    <Things id="accreditations" title={t.help.accreditations} empty={t.help.noAccreditations} asked={asked} steps={steps}
      make={coordinator && {
        name: t.help.request, said: t.saved, values: { wanted: "boris" },
        fields: [
          { name: "employerId", label: t.initiatives.employer, kind: "select", choices: employers, required: true },
          { name: "wanted", label: t.employers.recognition, kind: "select", choices: levels, required: true }, NOTE(),
        ],
        send: ({ employerId, ...body }) => given(intake.POST("/v1/employers/{employerId}/accreditations", { params: { path: { employerId: employerId as string } }, body: body as never })),
      }}
      row={(one) => ({
        title: one.employerName, to: outside ? undefined : `/employers/${one.employerId}`,
        sub: [named(t.recognitions, one.wanted), one.schoolName, one.crebos.join(", ")].filter(Boolean).join(" · "), aside: stateTag(t.accreditationStates, one.state),
      })}
      more={(one) => <History of={one.steps.map((step) => ({ ...step, note: step.reason ? nameOf(reasons, step.reason) : step.note }))} states={t.accreditationStates} />} />
  );
}
