// Questionnaires: opened by who looks after a region, filled in by schools, counted as they come in.
import { type I, given, held, intake, newest, readFor, refusedAt, useAsk } from "../api";
import { useCodes, nameOf } from "../codes";
import { useIsCoordinator, useMyRegions, useMySchools } from "../me";
import { Dutch, Page, Tag } from "../ui/basics";
import type { Field, Values } from "../ui/form";
import { type Step, Things } from "../ui/things";
import { day, inDays, named, period, t } from "../words";

type Round = I["RoundResource"];
type Questionnaire = I["Questionnaire"];
type Item = Questionnaire["items"][number];
const KINDS: Record<Item["kind"], Field["kind"]> = { single: "select", multi: "checks", number: "number", open: "textarea" };

export function RoundsPage() {
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/questionnaire-rounds", { params: { query: { cursor, limit: 200 } } }), (one) => one.state === "open"), ["rounds"]);
  const known = useAsk(() => given(intake.GET("/v1/questionnaires")).then((found) => found.items), []);
  const regions = useCodes("regions");
  const [region] = useMyRegions();
  const coordinator = useIsCoordinator();
  const questions = known.data ?? [];
  const titles = [...new Map(questions.map((one) => [one.name, one.title])).entries()];
  const titleOf = (one: Round) => questions.find((each) => each.name === one.questionnaire && each.version === one.questionnaireVersion)?.title;
  const fields: Field[] = [
    { name: "questionnaire", label: t.rounds.questionnaire, kind: "select", choices: titles, required: true },
    { name: "fromDate", label: t.rounds.from, kind: "date", required: true },
    { name: "untilDate", label: t.rounds.until, kind: "date", required: true },
    { name: "closesDate", label: t.rounds.closes, kind: "date", required: true },
  ];
  const close: Step<Round> = {
    name: t.rounds.close, when: (one) => !coordinator && one.state === "open", said: t.saved,
    send: (one) => given(intake.POST("/v1/questionnaire-rounds/{roundId}/_close", { params: { path: { roundId: one.id } } })),
  };
  return (
    <Page title={t.rounds.title} sub={t.rounds.sub}>
      <Things id="rounds" empty={t.rounds.none} asked={asked} steps={[...useFilling(questions), close]}
        make={!coordinator && {
          name: t.rounds.open, fields, values: { fromDate: inDays(-365), untilDate: inDays(0), closesDate: inDays(28) }, said: t.rounds.opened,
          send: (body) => given(intake.POST("/v1/questionnaire-rounds", { body: { ...body, regions: [region] } as never })),
        }}
        row={(one) => ({
          title: <Dutch>{titleOf(one) ?? one.questionnaire}</Dutch>,
          sub: `${named(t.audiences, one.audience)} · ${one.regions.map((each) => nameOf(regions, each)).join(", ")} · ${t.rounds.about} ${period(one.fromDate, one.untilDate)}`,
          aside: (
            <>
              {one.finished && <Tag>{t.rounds.answers(Object.values(one.finished).reduce((sum, count) => sum + count, 0))}</Tag>}
              <Tag tone={one.state === "open" ? "wait" : "neutral"}>{one.state === "open" ? `${t.rounds.openUntil} ${day(one.closesDate)}` : t.calls.closed}</Tag>
            </>
          ),
        })} />
    </Page>
  );
}

/** A school fills in what is asked of schools: each of those that one works for. */
function useFilling(questions: readonly Questionnaire[]): Step<Round>[] {
  const schools = useMySchools();
  const coordinator = useIsCoordinator();
  const pairs = questions.filter((one) => one.audience === "school").flatMap((form) => schools.map((school) => [form, school] as const));
  return pairs.map(([form, school]): Step<Round> => ({
    name: schools.length > 1 ? `${t.rounds.fill}: ${school.name}` : t.rounds.fill, key: `${form.name}-${form.version}-${school.id}`,
    when: (one) => coordinator && one.state === "open" && one.questionnaire === form.name && one.questionnaireVersion === form.version,
    fields: [...form.items.map(asField), { name: "finished", label: t.rounds.finished, kind: "check" }, { name: "textShared", label: t.rounds.shared, kind: "check" }],
    read: (one) => readFor(
      intake.GET("/v1/questionnaire-rounds/{roundId}/responses/{respondentId}", { params: { path: { roundId: one.id, respondentId: school.id } } }),
      (now) => ({ finished: now?.finished ?? false, textShared: now?.textShared ?? false, ...Object.fromEntries((now?.answers ?? []).map((each) => [each.question, valueOf(each, form)])) }),
    ),
    send: async (one, body, tag) => given(intake.PUT("/v1/questionnaire-rounds/{roundId}/responses/{respondentId}", {
      params: { path: { roundId: one.id, respondentId: school.id }, header: held(tag) }, body: asResponse(body, form) as never,
    })),
    said: t.rounds.thanks,
  }));
}

/** Chosen where none of the choices holds: the service is told of no code then, which is an answer too. */
const NONE = "-";

function asField(item: Item): Field {
  const asked = item.askedIf;
  return {
    name: item.code, label: item.text, kind: KINDS[item.kind], choices: [...item.choices.map((one): [string, string] => [one.code, one.text]), ...(item.kind === "multi" ? [[NONE, t.rounds.noneOfThese] as const] : [])],
    when: asked ? (values) => [values[asked.question]].flat().some((code) => asked.codes.includes(code as string)) : undefined,
  };
}

type Given = I["GivenAnswer"];
const valueOf = (one: Given, form: Questionnaire) => {
  const kind = form.items.find((item) => item.code === one.question)?.kind;
  return kind === "multi" ? (one.codes?.length ? one.codes : [NONE]) : kind === "single" ? one.codes?.[0] : kind === "number" ? one.number : one.text;
};

/** Only what was asked and answered. */
function asResponse(body: Values, form: Questionnaire): Values {
  const answers = form.items.flatMap((item): Partial<Given>[] => {
    const value = body[item.code];
    if (value === null || (Array.isArray(value) && !value.length)) return [];
    const codes = [value].flat().filter((code) => code !== NONE);
    if (codes.length && Array.isArray(value) && value.includes(NONE)) throw refusedAt([[item.code, t.rounds.noneAndSome]]);
    const said = item.kind === "number" ? { number: value } : item.kind === "open" ? { text: value } : { codes };
    return [{ question: item.code, ...(said as Partial<Given>) }];
  });
  return { answers, finished: body.finished, textShared: body.textShared };
}
