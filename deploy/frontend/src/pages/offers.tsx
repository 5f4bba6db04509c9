// Places of a region; the regional coordinator gives seats to schools.
import { useState } from "preact/hooks";
import { type I, all, given, intake, useAsk } from "../api";
import { type Choices, nameOf, useCodes, useSchools } from "../codes";
import { happened } from "../live";
import { useIsCoordinator, useMyRegions } from "../me";
import { Act, Card, List, Opens, Page, Row, Shown, Tag } from "../ui/basics";
import { type Field, Form } from "../ui/form";
import { say } from "../ui/toast";
import { choices, day, inDays, named, period, t, today, weekdayChoices, weekdays } from "../words";

type Offer = I["OfferResource"];

/** Open in name only: nobody takes an offer back whose last day has passed. */
export const isToCome = (offer: Pick<Offer, "endDate">): boolean => !offer.endDate || offer.endDate >= today();

export const OFFER_FIELDS = (sectors: Choices): Field[] => [
  { name: "kind", label: t.offers.kind, kind: "select", choices: choices(t.kinds), required: true },
  { name: "sector", label: t.employers.sector, kind: "select", choices: sectors, required: true },
  { name: "seats", label: t.offers.seats, kind: "number", required: true },
  { name: "beginDate", label: t.offers.begin, kind: "date", required: true },
  { name: "endDate", label: t.offers.end, kind: "date" },
  { name: "weekdays", label: t.offers.weekdays, kind: "checks", choices: weekdayChoices() },
  { name: "guidance", label: t.offers.guidance, kind: "select", choices: choices(t.guidance), required: true },
  { name: "description", label: t.offers.description, kind: "textarea" },
];

export function OffersPage() {
  const [region] = useMyRegions();
  const [sector, setSector] = useState("");
  const [free, setFree] = useState(true);
  const sectors = useCodes("sectors");
  const asked = useAsk(
    () => region ? all((cursor) => intake.GET("/v1/offers", {
      params: { query: { region, state: "open", cursor, limit: 200, ...(sector ? { sector } : {}), ...(free ? { free } : {}) } },
    })) : Promise.resolve([]),
    ["offers", "placements"], [region, sector, free],
  );
  return (
    <Page title={t.offers.title} sub={t.offers.sub}>
      <div class="filters">
        <label class="field"><span>{t.employers.sector}</span>
          <select value={sector} onChange={(event) => setSector(event.currentTarget.value)}>
            <option value="">{t.all}</option>
            {sectors.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
          </select>
        </label>
        <label class="check"><input type="checkbox" checked={free} onChange={(event) => setFree(event.currentTarget.checked)} />{t.offers.free}</label>
      </div>
      <Card>
        <Shown of={asked}>
          {(offers) => <List items={offers.filter(isToCome)} empty={t.offers.empty} row={(one) => <OfferRow of={one} changed={asked.reload} withEmployer />} />}
        </Shown>
      </Card>
    </Page>
  );
}

export function OfferRow({ of, changed, withEmployer }: { of: Offer; changed: () => void; withEmployer?: boolean }) {
  const sectors = useCodes("sectors");
  const coordinator = useIsCoordinator();
  const work = `${named(t.kinds, of.kind)} · ${nameOf(sectors, of.sector)}`;
  const withdraw = async () => {
    await given(intake.POST("/v1/offers/{offerId}/_withdraw", { params: { path: { offerId: of.id } }, body: {} as never }));
    say(t.offers.withdrawn);
    changed();
  };
  return (
    <div>
      <Row to={withEmployer ? `/employers/${of.employerId}` : undefined} title={withEmployer ? of.employerName : work}
        sub={
          <>
            {withEmployer && <div>{work}</div>}
            <div>{period(of.beginDate, of.endDate)} · {weekdays(of.weekdays)} · {t.offers.guidance.toLowerCase()}: {named(t.guidance, of.guidance)}</div>
            {of.description && <div>{of.description}</div>}
            {of.occupied.map((one) => (
              <div key={one.beginDate + one.schoolId}>{t.employers.taken} {one.schoolName} {t.until} {day(one.untilDate)}{one.coach?.name && ` (${one.coach.name})`}</div>
            ))}
            {of.reservations.map((one) => <div key={one.id}>{one.seats} {t.offers.reserved} {one.schoolName} {t.until} {day(one.untilDate)}</div>)}
          </>
        }
        aside={
          <>
            <Tag tone={of.freeSeats ? "good" : "neutral"}>{t.employers.free(of.freeSeats)}</Tag>
            {!withEmployer && coordinator && <Act do={withdraw}>{t.offers.withdraw}</Act>}
          </>
        } />
      {!coordinator && of.freeSeats > 0 && <Opens title={t.offers.move}>{(close) => <Move of={of} done={() => { close(); changed(); }} />}</Opens>}
    </div>
  );
}

function Move({ of, done }: { of: Offer; done: () => void }) {
  const schools = useSchools().filter((one) => one.region === of.region);
  const reasons = useCodes("reservation-reasons");
  const fields: Field[] = [
    { name: "schoolId", label: t.offers.school, kind: "select", required: true, choices: schools.map((one) => [one.id, one.name]) },
    { name: "seats", label: t.offers.seats, kind: "number", required: true },
    { name: "untilDate", label: t.employers.pauseUntil, kind: "date", required: true },
    { name: "reason", label: t.employers.reason, kind: "select", choices: reasons, required: true },
  ];
  return (
    <Form id={`move-${of.id}`} fields={fields} values={{ seats: 1, untilDate: inDays(14), reason: "moved" }} button={t.offers.move} cancel={done}
      send={async (body) => {
        const call = { params: { path: { offerId: of.id } }, body: body as never };
        await given(intake.POST("/v1/offers/{offerId}/reservations", call));
        say(t.offers.moved);
        happened(["offers"]);
        done();
      }} />
  );
}
