// The regional coordinator's plan: figures, what blocks whom, which place would help most.
import { useState } from "preact/hooks";
import { type M, analytics, given, matching, useAsk } from "../api";
import { nameOf, useCodes, useSchools } from "../codes";
import { useMyRegions } from "../me";
import { Act, Card, Figure, List, Opens, Page, Row, Shown, Tag } from "../ui/basics";
import { type Field, Form, type Values } from "../ui/form";
import { say } from "../ui/toast";
import { day, named, t } from "../words";

type Plan = M["PlanResource"];
const shown = (count: number | null | undefined) => count ?? "–";

export function PlanPage() {
  const [region] = useMyRegions();
  const regions = useCodes("regions");
  const path = { region: region ?? "" };
  const asked = useAsk(
    () => Promise.all([
      given(matching.GET("/v1/regions/{region}/plans", { params: { path } })),
      given(matching.GET("/v1/regions/{region}/searches", { params: { path } })),
      given(analytics.GET("/v1/figures/summary", { params: { query: { region } } })),
    ]),
    ["plans", "proposals", "placements"], [region],
  );
  const make = async () => {
    await given(matching.POST("/v1/regions/{region}/plans", { params: { path }, body: {} }));
    asked.reload();
  };
  return (
    <Page title={`${t.plan.title} ${nameOf(regions, region)}`} sub={t.plan.sub} actions={<Act class="primary" do={make}>{t.plan.make}</Act>}>
      <Shown of={asked}>
        {([plans, searches, summary]) => (
          <>
            <h2>{t.plan.now}</h2>
            <div class="figures">
              <Figure value={shown(searches.searching)} label={t.plan.searching} />
              <Figure value={shown(searches.proposed)} label={t.plan.proposed} />
              <Figure value={shown(searches.helpAsked)} label={t.plan.help} />
              <Figure value={shown(summary.placed)} label={t.today.placed} />
              <Figure value={shown(summary.jobs)} label={t.plan.jobs} />
              <Figure value={shown(summary.earlyEnds)} label={t.plan.early} />
            </div>
            {plans.items[0] ? <PlanCard of={plans.items[0]} changed={asked.reload} /> : <p class="note wait">{t.plan.none}</p>}
            <WhatIf region={path.region} towns={[...new Set((plans.items[0]?.advice?.seats ?? []).map((one) => one.municipality))]} />
            {plans.items[0] && plans.items[1] && <Compared now={plans.items[0]} before={plans.items[1]} />}
          </>
        )}
      </Shown>
    </Page>
  );
}

function PlanCard({ of, changed }: { of: Plan; changed: () => void }) {
  const sectors = useCodes("sectors");
  const places = useCodes("municipalities");
  const schools = useSchools();
  const adopt = async () => {
    await given(matching.POST("/v1/plans/{planId}/_adopt", { params: { path: { planId: of.id } } }));
    say(t.plan.done);
    changed();
  };
  const total = of.figures?.total;
  return (
    <>
      <Card title={`${t.plan.madeAt} ${day(of.madeAt)}`}
        aside={of.adoptedAt ? <Tag tone="good">{t.plan.adopted} {day(of.adoptedAt)}</Tag> : <Act class="primary" do={adopt}>{t.plan.adopt}</Act>}>
        <div class="figures">
          <Figure value={shown(total?.students)} label={t.plan.students} />
          <Figure value={shown(total?.placed)} label={t.plan.placed} />
          <Figure value={shown(total?.firstChoice)} label={t.plan.first} />
        </div>
      </Card>
      <p class="quiet">{t.plan.hidden}</p>
      <div class="columns">
        <Card title={t.plan.blocking}>
          <List items={(of.advice?.blocking ?? []).map((one) => ({ ...one, id: one.rule }))} empty={t.plan.few} row={(one) => (
            <Row title={named(t.rules, one.rule)} aside={<Tag>{shown(one.students)} {t.plan.students}</Tag>} />
          )} />
        </Card>
        <Card title={t.plan.seats}>
          <List items={(of.advice?.seats ?? []).map((one) => ({ ...one, id: one.sector + one.municipality }))} empty={t.plan.few} row={(one) => (
            <Row title={`${nameOf(sectors, one.sector)} · ${nameOf(places, one.municipality)}`} sub={t.plan.worth(one.students)} />
          )} />
        </Card>
        <Card title={t.plan.perSchool}>
          <List items={Object.entries(of.figures?.bySchool ?? {}).map(([id, count]) => ({ id, ...(count as M["Count"]) }))} empty={t.plan.few} row={(one) => (
            <Row title={schools.find((school) => school.id === one.id || school.brin === one.id)?.name ?? one.id} sub={`${shown(one.placed)} ${t.plan.placed}`} aside={<Tag>{shown(one.students)} {t.plan.students}</Tag>} />
          )} />
        </Card>
      </div>
    </>
  );
}

/** The plan beside the one before it: whom it helps, and whom not. */
function Compared({ now, before }: { now: Plan; before: Plan }) {
  const asked = useAsk(
    () => given(matching.GET("/v1/plans/{planId}/_compare", { params: { path: { planId: before.id }, query: { with: now.id } } })), ["plans"], [now.id, before.id],
  );
  const counts = asked.data?.counts;
  if (!counts) return null;
  return (
    <Card title={`${t.plan.compared} ${day(before.madeAt)}`}>
      <div class="figures">
        {(["new", "better", "same", "worse", "lost"] as const).map((one) => <Figure key={one} value={shown(counts[one])} label={t.plan.comparing[one]} />)}
      </div>
    </Card>
  );
}

/** What more seats, longer ways or neighbouring work would bring; nothing is kept. */
function WhatIf({ region, towns }: { region: string; towns: string[] }) {
  const sectors = useCodes("sectors");
  const places = useCodes("municipalities");
  const [found, setFound] = useState<M["WhatIfResource"]>();
  const fields: Field[] = [
    { name: "seats", label: t.plan.extraSeats, kind: "number" },
    { name: "sector", label: t.employers.sector, kind: "select", choices: sectors, required: true, when: (values) => Boolean(values.seats) },
    { name: "municipality", label: t.portfolio.municipality, kind: "select", choices: towns.length ? towns.map((code) => [code, nameOf(places, code)]) : places, required: true, when: (values) => Boolean(values.seats) },
    { name: "extraTravelMinutes", label: t.plan.extraMinutes, kind: "number" },
    { name: "neighbouringWork", label: t.students.neighbouring, kind: "check" },
  ];
  const work = async ({ seats, sector, municipality, extraTravelMinutes, neighbouringWork }: Values) => setFound(await given(matching.POST("/v1/plans/_whatif", {
    body: { region, changes: { extraSeats: seats ? [{ seats, sector, municipality }] : [], extraTravelMinutes: extraTravelMinutes ?? 0, neighbouringWork } } as never,
  })));
  return (
    <Card title={t.plan.whatIf}>
      <p class="quiet">{t.plan.whatIfNote}</p>
      {found && (
        <div class="figures" role="status">
          <Figure value={shown(found.now.total.placed)} label={t.plan.placedNow} />
          <Figure value={shown(found.then.total.placed)} label={t.plan.placedThen} />
          <Figure value={found.placedMore === null ? "–" : `+${found.placedMore}`} label={t.plan.more} />
        </div>
      )}
      <Opens title={t.plan.tryOut}>{(close) => <Form id="whatif" fields={fields} values={{ seats: 1 }} button={t.plan.work} cancel={close} send={work} />}</Opens>
    </Card>
  );
}
