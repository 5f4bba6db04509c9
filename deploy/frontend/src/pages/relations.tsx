// Employers that are out of sight, and places that nobody uses.
import { all, intake, useAsk } from "../api";
import { useIsCoordinator, useMyRegions } from "../me";
import { Card, Dutch, List, Page, Row, Shown } from "../ui/basics";
import { day, t } from "../words";
import { OfferRow } from "./offers";

export function RelationsPage() {
  const [region] = useMyRegions();
  const coordinator = useIsCoordinator();
  const where = coordinator ? {} : { region };
  const dormant = useAsk(() => all((cursor) => intake.GET("/v1/relations/dormant", { params: { query: { ...where, cursor, limit: 200 } } })), ["employers"], [region]);
  const unused = useAsk(() => all((cursor) => intake.GET("/v1/relations/unused-offers", { params: { query: { ...where, cursor, limit: 200 } } })), ["offers"], [region]);
  return (
    <Page title={t.relations.title} sub={t.relations.sub}>
      <Card>
        <Shown of={dormant}>
          {(found) => <List items={found.map((one) => ({ ...one, id: one.employerId }))} empty={t.relations.none} row={(one) => (
            <Row to={`/employers/${one.employerId}`} title={one.employerName} sub={<><Dutch>{one.reasons.join(" ")}</Dutch> {t.relations.last} {day(one.lastDate)}</>}
              aside={<span class="quiet">{one.knownBy.map((school) => school.schoolName).join(", ")}</span>} />
          )} />}
        </Shown>
      </Card>
      <Card title={t.relations.unused}>
        <Shown of={unused}>{(found) => <List items={found} empty={t.relations.unusedNone} row={(one) => <OfferRow of={one} changed={unused.reload} withEmployer />} />}</Shown>
      </Card>
    </Page>
  );
}
