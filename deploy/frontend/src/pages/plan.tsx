// The regional coordinator's plan: figures, what blocks whom, which place would help most.
import { type M, analytics, given, matching, useAsk } from "../api";
import { nameOf, useCodes, useSchools } from "../codes";
import { useMyRegions } from "../me";
import { Act, Card, Figure, List, Page, Row, Shown, Tag } from "../ui/basics";
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
