// How a placement is guided: visits and talks, what stands in the way, questions to SBB, and how it went.
import { given, held, intake, newest, readFor, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { Tag } from "../ui/basics";
import { type Field, flat } from "../ui/form";
import { History, type Step, Steps, Things } from "../ui/things";
import { choices, day, named, t, today } from "../words";
import { ofPlacement } from "./placement";

const joined = (...parts: (string | null | undefined)[]) => parts.filter(Boolean).join(" · ");

const pageOf = (placementId: string, cursor?: string) => ({ params: { path: { placementId }, query: { cursor, limit: 200 } } });

export function Visits({ id, begun }: { id: string; begun: boolean }) {
  const subjects = useCodes("visit-subjects");
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/placements/{placementId}/visits", pageOf(id, cursor))), ["placements"], [id]);
  const rhythm = useAsk(
    () => given(intake.GET("/v1/placements/{placementId}/visit-rhythm", ofPlacement(id))).catch(() => null), ["placements"], [id],
  );
  const fields: Field[] = [
    { name: "visitDate", label: t.placements.date, kind: "date", required: true },
    { name: "form", label: t.placements.form, kind: "select", choices: choices(t.visitForms), required: true },
    { name: "spokeWith", label: t.placements.spokeWith, kind: "checks", choices: choices(t.parties).filter(([code]) => code !== "school") },
    { name: "subjects", label: t.placements.subjects, kind: "checks", choices: subjects },
    { name: "note", label: t.placements.note, kind: "textarea" },
  ];
  return (
    <Things id={`visit-${id}`} title={t.placements.visits} empty={t.placements.noVisits} asked={asked}
      row={(one) => ({
        title: `${day(one.visitDate)} · ${named(t.visitForms, one.form)}`,
        sub: joined(one.spokeWith.map((who) => named(t.parties, who)).join(", "), one.subjects.map((code) => nameOf(subjects, code)).join(", "), one.note),
      })}
      make={begun && {
        name: t.placements.addVisit, fields, values: { visitDate: today(), form: "at-work" }, said: t.saved,
        send: (body) => given(intake.POST("/v1/placements/{placementId}/visits", { ...ofPlacement(id), body: body as never })),
      }}
      aside={rhythm.data?.dueDate && <Tag tone={rhythm.data.overdue ? "bad" : "neutral"}>{t.placements.due} {day(rhythm.data.dueDate)}</Tag>}
      after={<Rhythm id={id} changed={rhythm.reload} />} />
  );
}

/** How often somebody looks. */
function Rhythm({ id, changed }: { id: string; changed: () => void }) {
  const fields: Field[] = [{ name: "everyWeeks", label: t.placements.everyWeeks, kind: "number", required: true }];
  const step: Step<string> = {
    name: t.placements.rhythm, fields, said: t.saved,
    read: () => readFor(intake.GET("/v1/placements/{placementId}/visit-rhythm", ofPlacement(id)), (now) => flat(now ?? { everyWeeks: 4 }, fields)),
    send: (_, body, tag) => given(intake.PUT("/v1/placements/{placementId}/visit-rhythm", {
      params: { path: { placementId: id }, header: held(tag) }, body: body as never,
    })),
  };
  return <Steps id={`rhythm-${id}`} of={id} steps={[step]} changed={changed} />;
}

export function Bottlenecks({ id, begun }: { id: string; begun: boolean }) {
  const codes = useCodes("bottlenecks");
  const solutions = useCodes("bottleneck-solutions");
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/placements/{placementId}/bottlenecks", pageOf(id, cursor))), ["placements"], [id]);
  const solving: Field[] = [
    { name: "solutions", label: t.placements.solutions, kind: "checks", choices: solutions },
    { name: "solved", label: t.placements.solved, kind: "select", choices: choices(t.solved) },
    { name: "note", label: t.placements.note, kind: "textarea" },
  ];
  const fields: Field[] = [
    { name: "codes", label: t.placements.bottleneck, kind: "checks", choices: codes },
    { name: "noticedBy", label: t.placements.noticedBy, kind: "select", choices: choices(t.noticers), required: true },
    { name: "noticedDate", label: t.placements.date, kind: "date", required: true },
    ...solving,
  ];
  return (
    <Things id={`bottleneck-${id}`} title={t.placements.bottlenecks} empty={t.placements.noBottlenecks} asked={asked}
      row={(one) => ({
        title: one.codes.map((code) => nameOf(codes, code)).join(", "),
        sub: joined(`${named(t.noticers, one.noticedBy)}, ${day(one.noticedDate)}`, one.solutions.map((code) => nameOf(solutions, code)).join(", "), one.note),
        aside: one.ledToEnd ? <Tag tone="bad">{t.placements.ledToEnd}</Tag>
          : <Tag tone={one.solved === "yes" ? "good" : "wait"}>{one.solved ? named(t.solvedStates, one.solved) : t.placements.unsolved}</Tag>,
      })}
      make={begun && {
        name: t.placements.addBottleneck, fields, values: { noticedBy: "school", noticedDate: today() }, said: t.saved,
        send: (body) => given(intake.POST("/v1/placements/{placementId}/bottlenecks", { ...ofPlacement(id), body: body as never })),
      }}
      steps={[{
        name: t.placements.solve, when: (one) => one.solved !== "yes" && !one.ledToEnd, fields: solving, said: t.saved,
        read: (one) => readFor(intake.GET("/v1/bottlenecks/{bottleneckId}", { params: { path: { bottleneckId: one.id } } }), (now) => flat(now ?? {}, solving)),
        send: (one, body, tag) => given(intake.PATCH("/v1/bottlenecks/{bottleneckId}", {
          params: { path: { bottleneckId: one.id }, header: held(tag) }, body: body as never,
        })),
      }]} />
  );
}

export function Requests({ id }: { id: string }) {
  const asked = useAsk(
    () => newest((cursor) => intake.GET("/v1/requests", { params: { query: { cursor, limit: 200 } } })).then((found) => found.filter((one) => one.placementId === id)),
    ["requests"], [id],
  );
  const fields: Field[] = [
    { name: "kind", label: t.requests.about, kind: "select", choices: choices(t.requestKinds), required: true },
    { name: "question", label: t.requests.question, kind: "textarea", required: true },
    { name: "crebo", label: t.requests.crebo, when: (values) => values.kind === "practice-certificate" },
    { name: "workProcesses", label: t.requests.workProcesses, kind: "lines", when: (values) => values.kind === "practice-certificate" },
  ];
  return (
    <Things id={`request-${id}`} title={t.requests.toSbb} empty={t.requests.none} asked={asked}
      row={(one) => ({ title: named(t.requestKinds, one.kind), sub: one.question, aside: <Tag tone={one.state === "answered" ? "good" : "wait"}>{named(t.requestStates, one.state)}</Tag> })}
      more={(one) => <History of={one.steps} states={t.requestStates} />}
      make={{
        name: t.requests.ask, fields, values: { kind: "guidance" }, said: t.requests.sent,
        send: (body) => given(intake.POST("/v1/placements/{placementId}/requests", { ...ofPlacement(id), body: body as never })),
      }}
      steps={[{
        name: t.requests.withdraw, when: (one) => one.possible.includes("withdrawn"),
        send: (one) => given(intake.POST("/v1/requests/{requestId}/_withdraw", { params: { path: { requestId: one.id } }, body: {} as never })),
      }]} />
  );
}

type Party = "school" | "employer";

export function Evaluations({ id }: { id: string }) {
  const good = useCodes("evaluation-strengths");
  const better = useCodes("evaluation-improvements");
  const asked = useAsk(() => given(intake.GET("/v1/placements/{placementId}/evaluations", ofPlacement(id))).then((found) => found.items), ["placements"], [id]);
  const fields: Field[] = [
    { name: "experience", label: t.placements.experience, kind: "select", choices: choices(t.experiences), required: true },
    { name: "wentWell", label: t.placements.wentWell, kind: "checks", choices: good },
    { name: "couldBeBetter", label: t.placements.couldBeBetter, kind: "checks", choices: better },
    { name: "again", label: t.placements.onceMore, kind: "select", choices: [["yes", t.yes], ["no", t.no]] },
    { name: "note", label: t.placements.note, kind: "textarea" },
  ];
  const said = (party: Party) => asked.data?.some((one) => one.party === party);
  const steps = (["school", "employer"] as const).map((party) => ({
    name: t.placements.evaluate[party], when: () => !said(party), fields, said: t.saved,
    send: (_: string, { again, ...body }: Record<string, unknown>) => given(intake.PUT("/v1/placements/{placementId}/evaluations/{party}", {
      params: { path: { placementId: id, party } }, body: { ...body, again: again ? again === "yes" : null } as never,
    })),
  }));
  return (
    <Things id={`evaluation-${id}`} title={t.placements.evaluation} note={t.placements.evaluationNote} empty={t.placements.noEvaluation} asked={asked}
      row={(one) => ({
        title: `${named(t.parties, one.party)}: ${named(t.experiences, one.experience)}`,
        sub: joined(
          day(one.givenDate), one.wentWell.map((code) => nameOf(good, code)).join(", "), one.couldBeBetter.map((code) => nameOf(better, code)).join(", "), one.note,
        ),
        aside: one.byLink && <Tag>{t.placements.byLink}</Tag>,
      })}
      after={<Steps id={`evaluation-${id}`} of={id} steps={steps} changed={asked.reload} />} />
  );
}
