// One placement: until when, what is agreed, how it is guided, how it ends and what comes after it.
import { Link } from "wouter-preact";
import { type I, given, held, intake, readFor, useAsk } from "../api";
import { nameOf, useCodes, useOffer, useStudent } from "../codes";
import { happened } from "../live";
import { Card, Facts, Page, Shown, Tag } from "../ui/basics";
import { type Field, type Values, flat } from "../ui/form";
import { type Step, Steps } from "../ui/things";
import { choices, day, inDays, named, period, t, today, weekdayChoices, weekdays } from "../words";
import { Agreement } from "./agreement";
import { Bottlenecks, Evaluations, Requests, Visits } from "./guidance";
import { isToCome } from "./offers";
import { TONES } from "./placements";
import { Student } from "./today";

type Placement = I["PlacementResource"];
export const ofPlacement = (placementId: string) => ({ params: { path: { placementId } } });

export function PlacementPage({ id }: { id: string }) {
  const asked = useAsk(() => given(intake.GET("/v1/placements/{placementId}", ofPlacement(id))), ["placements"], [id]);
  const student = useStudent(asked.data?.studentId ?? null);
  return (
    <Shown of={asked}>
      {(placement) => (
        <Page title={student ? `${student.givenName} ${student.familyName}` : t.placements.title}
          sub={<Tag tone={TONES[placement.state]}>{named(t.placementStates, placement.state)}</Tag>}>
          <div class="columns wide-first">
            <div>
              <Card>
                <Where of={placement} />
                <Next of={placement} />
              </Card>
              <Visits id={id} begun={placement.beginDate <= today()} />
              <Bottlenecks id={id} begun={placement.beginDate <= today()} />
              <Requests id={id} />
            </div>
            <div>
              <Agreement of={placement} />
              <Evaluations id={id} />
            </div>
          </div>
        </Page>
      )}
    </Shown>
  );
}

function Where({ of }: { of: Placement }) {
  const offer = useOffer(of.offerId);
  const reasons = useCodes("end-reasons");
  const other = (id: string | null) => id && <Link href={`/placements/${id}`}>{t.placements.look}</Link>;
  return (
    <Facts of={[
      [t.programmes.student, <Link href={`/students/${of.studentId}`}><Student id={of.studentId} /></Link>],
      [t.initiatives.employer, <Link href={`/employers/${of.employerId}`}>{offer?.employerName ?? "…"}</Link>],
      [t.offers.kind, named(t.kinds, of.kind)],
      [t.placements.when, period(of.beginDate, of.endedDate ?? of.endDate)],
      [t.offers.weekdays, weekdays(of.weekdays)],
      [t.placements.outcome, of.outcome && named(t.outcomes, of.outcome)],
      [t.employers.reason, of.reason && nameOf(reasons, of.reason)],
      [t.placements.before, other(of.predecessorId)],
      [t.placements.after, other(of.successorId)],
    ]} />
  );
}

/** What can be done with it as it stands: longer, another place after it, the end, or nothing of it. */
function Next({ of }: { of: Placement }) {
  const reasons = useCodes("end-reasons");
  const bottlenecks = useAsk(() => given(intake.GET("/v1/placements/{placementId}/bottlenecks", ofPlacement(of.id))), ["placements"], [of.id]);
  const codes = useCodes("bottlenecks");
  const offers = useFreeOffers(of);
  const stopped = (values: Values) => values.outcome === "stopped-early";
  const reason: Field = { name: "reason", label: t.employers.reason, kind: "select", choices: reasons };
  const change: Field[] = [
    { name: "endDate", label: t.placements.endDate, kind: "date", required: true },
    { name: "weekdays", label: t.offers.weekdays, kind: "checks", choices: weekdayChoices() },
  ];
  const end: Field[] = [
    { name: "endedDate", label: t.placements.endedDate, kind: "date", required: true },
    { name: "outcome", label: t.placements.outcome, kind: "select", choices: choices(t.outcomes), required: true },
    { ...reason, when: stopped },
    {
      name: "bottleneckId", label: t.placements.because, kind: "select", when: stopped,
      choices: (bottlenecks.data?.items ?? []).map((one) => [one.id, `${one.codes.map((code) => nameOf(codes, code)).join(", ")} (${day(one.noticedDate)})`]),
    },
    { name: "searchAgain", label: t.placements.again, kind: "check", when: (values) => values.outcome !== "job" },
  ];
  const next: Field[] = [
    { name: "offerId", label: t.placements.nextPlace, kind: "select", choices: offers, required: true },
    { name: "beginDate", label: t.offers.begin, kind: "date", required: true },
    { name: "endDate", label: t.offers.end, kind: "date" },
    { name: "weekdays", label: t.offers.weekdays, kind: "checks", choices: weekdayChoices() },
  ];
  const steps: Step<Placement>[] = [
    {
      name: t.placements.extend, when: (one) => one.possible.includes("change"), fields: change, said: t.saved,
      read: (one) => readFor(intake.GET("/v1/placements/{placementId}", ofPlacement(one.id)), (now) => flat(now ?? {}, change)),
      send: (one, body, tag) => given(intake.PATCH("/v1/placements/{placementId}", {
        params: { path: { placementId: one.id }, header: held(tag) }, body: body as never,
      })),
    },
    {
      name: t.placements.goOn, when: (one) => one.possible.includes("continue"), fields: next, said: t.placements.goesOn,
      values: (one) => ({ beginDate: one.endDate ?? inDays(1), weekdays: one.weekdays }),
      send: (one, body) => given(intake.POST("/v1/placements/{placementId}/_continue", { ...ofPlacement(one.id), body: body as never })),
    },
    {
      name: t.placements.end, when: (one) => one.possible.includes("end"), fields: end, said: t.placements.ended,
      values: () => ({ endedDate: today() }),
      send: (one, body) => given(intake.POST("/v1/placements/{placementId}/_end", { ...ofPlacement(one.id), body: body as never })),
    },
    {
      name: t.placements.cancel, when: (one) => one.possible.includes("cancel"), fields: [reason], said: t.placements.cancelled,
      send: (one, body) => given(intake.POST("/v1/placements/{placementId}/_cancel", { ...ofPlacement(one.id), body: body as never })),
    },
  ];
  return <Steps id={`placement-${of.id}`} of={of} steps={steps} changed={() => happened(["placements"])} />;
}

/** Places of the region that are free, those of the same employer first. */
function useFreeOffers(of: Placement): [string, string][] {
  const sectors = useCodes("sectors");
  const query = { region: of.region, free: true, state: "open" as const, limit: 200 };
  const asked = useAsk(
    () => of.possible.includes("continue") ? given(intake.GET("/v1/offers", { params: { query } })).then((found) => found.items) : Promise.resolve([]),
    ["offers"], [of.id],
  );
  const own = (employerId: string) => Number(employerId === of.employerId);
  return [...(asked.data ?? [])].filter(isToCome).sort((one, other) => own(other.employerId) - own(one.employerId))
    .map((one) => [one.id, `${one.employerName}: ${named(t.kinds, one.kind)}, ${nameOf(sectors, one.sector)}`]);
}
