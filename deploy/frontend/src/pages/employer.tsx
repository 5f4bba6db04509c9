// One employer: places, who knows it, what schools tell of it, who approaches it, whether it takes anybody now.
import { type I, all, given, intake, newest, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { happened } from "../live";
import { useIsCoordinator, useMySchools } from "../me";
import { Act, Card, Facts, List, Opens, Page, Row, Shown, Tag } from "../ui/basics";
import { type Field, Form } from "../ui/form";
import { say } from "../ui/toast";
import { choices, day, inDays, named, t, today } from "../words";
import { Marks } from "./employers";
import { OFFER_FIELDS, OfferRow, isToCome } from "./offers";

type Employer = I["EmployerResource"];
const ofEmployer = (employerId: string) => ({ params: { path: { employerId } } });

export function EmployerPage({ id }: { id: string }) {
  const asked = useAsk(() => given(intake.GET("/v1/employers/{employerId}", ofEmployer(id))), ["employers"], [id]);
  const coordinator = useIsCoordinator();
  return (
    <Shown of={asked}>
      {(employer) => (
        <Page title={employer.name} sub={<Marks of={employer} />} actions={coordinator && <Claim of={employer} />}>
          <div class="columns wide-first">
            <div>
              <Places of={employer} />
              <Remarks id={id} />
              <Contacts id={id} />
            </div>
            <div>
              <About of={employer} />
              <Knows id={id} />
              <Pause of={employer} />
            </div>
          </div>
        </Page>
      )}
    </Shown>
  );
}

function Claim({ of }: { of: Employer }) {
  const mine = useMySchools().map((one) => one.id);
  const claim = async () => {
    await given(intake.POST("/v1/employers/{employerId}/claims", { ...ofEmployer(of.id), body: { purpose: "places" } as never }));
    happened(["employers"]);
  };
  const release = async (claimId: string) => {
    await given(intake.POST("/v1/claims/{claimId}/_release", { params: { path: { claimId } } }));
    happened(["employers"]);
  };
  if (!of.claim) return <Act class="primary" do={claim}>{t.employers.claim}</Act>;
  if (!mine.includes(of.claim.schoolId)) return null;
  return (
    <>
      <Tag tone="wait">{t.employers.claimed} ({t.until} {day(of.claim.untilDate)})</Tag>
      <Act do={() => release(of.claim!.id)}>{t.employers.release}</Act>
    </>
  );
}

function About({ of }: { of: Employer }) {
  const sectors = useCodes("sectors");
  return (
    <Card title={t.students.details}>
      <Facts of={[
        [t.employers.sector, of.sectors.map((one) => nameOf(sectors, one)).join(", ")],
        [t.students.place, of.address && [of.address.street, of.address.houseNumber, of.address.postcode, of.address.place].filter(Boolean).join(" ")],
        [t.employers.telephone, of.telephone && <a href={`tel:${of.telephone}`}>{of.telephone}</a>],
        [t.employers.email, of.email && <a href={`mailto:${of.email}`}>{of.email}</a>],
        [t.employers.people, of.contactPersons.map((one) => `${one.name}${one.role ? ` (${one.role})` : ""}`).join(", ")],
        [t.employers.guidance, named(t.guidance, of.guidance)],
        [t.employers.recognition, named(t.recognitions, of.recognition)],
        [t.employers.size, named(t.sizes, of.sizeClass)],
        [t.employers.kvk, of.kvkNumber],
        [t.employers.verified, of.verifiedOn && day(of.verifiedOn)],
      ]} />
    </Card>
  );
}

function Places({ of }: { of: Employer }) {
  const sectors = useCodes("sectors");
  const coordinator = useIsCoordinator();
  const asked = useAsk(
    () => all((cursor) => intake.GET("/v1/offers", { params: { query: { employerId: of.id, state: "open", cursor, limit: 200 } } })),
    ["offers", "placements"], [of.id],
  );
  const send = async (body: object) => {
    await given(intake.POST("/v1/employers/{employerId}/offers", { ...ofEmployer(of.id), body: body as never }));
    say(t.offers.made);
    asked.reload();
  };
  const values = { kind: "internship", sector: of.sectors[0], seats: 1, beginDate: inDays(7), endDate: inDays(120), guidance: of.guidance, weekdays: ["mon", "tue", "wed", "thu", "fri"] };
  return (
    <Card title={t.employers.places}>
      <Shown of={asked}>{(offers) => <List items={offers.filter(isToCome)} empty={t.employers.noPlaces} row={(one) => <OfferRow of={one} changed={asked.reload} />} />}</Shown>
      {coordinator && (
        <Opens title={t.employers.newOffer}>
          {(close) => <Form id={`offer-${of.id}`} fields={OFFER_FIELDS(sectors)} values={values} cancel={close} send={async (body) => { await send(body); close(); }} />}
        </Opens>
      )}
    </Card>
  );
}

function Knows({ id }: { id: string }) {
  const asked = useAsk(() => given(intake.GET("/v1/employers/{employerId}/cooperations", ofEmployer(id))), ["employers"], [id]);
  return (
    <Card title={t.employers.knows}>
      <Shown of={asked}>
        {(found) => <List items={found.items.map((one) => ({ ...one, id: one.schoolId }))} empty={t.employers.nobody} row={(one) => (
          <Row title={one.schoolName} sub={one.sinceDate && `${t.calls.since} ${day(one.sinceDate)}`} aside={one.broughtIn && <Tag tone="good">{t.employers.first}</Tag>} />
        )} />}
      </Shown>
    </Card>
  );
}

function Remarks({ id }: { id: string }) {
  const experiences = useCodes("experiences");
  const coordinator = useIsCoordinator();
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/employers/{employerId}/remarks", { params: { path: { employerId: id }, query: { cursor, limit: 200 } } })), ["employers"], [id]);
  const fields: Field[] = [
    { name: "experiences", label: t.employers.experiences, kind: "checks", choices: experiences },
    { name: "text", label: t.employers.text, kind: "textarea" },
  ];
  return (
    <Card title={t.employers.remarks}>
      <Shown of={asked}>
        {(found) => <List items={found} empty={t.employers.noRemarks} row={(one) => (
          <Row title={one.experiences.map((code) => nameOf(experiences, code)).join(", ") || one.text} sub={
            <>{one.experiences.length > 0 && one.text && <div>{one.text}</div>}<div>{one.schoolName} · {day(one.recordedAt)}</div></>
          } />
        )} />}
      </Shown>
      {coordinator && (
        <Opens title={t.employers.addRemark}>
          {(close) => <Form id={`remark-${id}`} fields={fields} cancel={close} send={async (body) => {
            await given(intake.POST("/v1/employers/{employerId}/remarks", { ...ofEmployer(id), body: body as never }));
            close();
            asked.reload();
          }} />}
        </Opens>
      )}
    </Card>
  );
}

function Contacts({ id }: { id: string }) {
  const coordinator = useIsCoordinator();
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/employers/{employerId}/contacts", { params: { path: { employerId: id }, query: { cursor, limit: 200 } } })), ["employers"], [id]);
  const fields: Field[] = [
    { name: "contactDate", label: t.employers.date, kind: "date", required: true },
    { name: "channel", label: t.employers.channel, kind: "select", choices: choices(t.channels), required: true },
    { name: "outcome", label: t.employers.outcome, kind: "select", choices: choices(t.contactOutcomes), required: true },
    { name: "spokenTo", label: t.employers.spokenTo },
    { name: "nextStep", label: t.employers.nextStep },
    { name: "nextStepDate", label: t.employers.nextStepDate, kind: "date" },
    { name: "note", label: t.employers.note, kind: "textarea" },
  ];
  return (
    <Card title={t.employers.contacts}>
      <Shown of={asked}>
        {(found) => <List items={found} empty={t.employers.noContacts} row={(one) => (
          <Row title={`${day(one.contactDate)} · ${one.schoolName}`}
            sub={[one.channel && named(t.channels, one.channel), one.spokenTo, one.nextStep, one.note].filter(Boolean).join(" · ")}
            aside={one.outcome && <Tag tone={one.outcome === "yes" ? "good" : "neutral"}>{named(t.contactOutcomes, one.outcome)}</Tag>} />
        )} />}
      </Shown>
      {coordinator && (
        <Opens title={t.employers.addContact}>
          {(close) => <Form id={`contact-${id}`} fields={fields} values={{ contactDate: today(), channel: "telephone" }} cancel={close} send={async (body) => {
            const made = await given(intake.POST("/v1/employers/{employerId}/contacts", { ...ofEmployer(id), body: body as never }));
            say(made.hint ?? t.calls.logged);
            close();
            asked.reload();
          }} />}
        </Opens>
      )}
    </Card>
  );
}

function Pause({ of }: { of: Employer }) {
  const reasons = useCodes("pause-reasons");
  const resume = async () => {
    await given(intake.POST("/v1/employers/{employerId}/_resume", ofEmployer(of.id)));
    happened(["employers"]);
  };
  if (of.pause) {
    return (
      <Card title={t.employers.paused}>
        <p>{t.until} {day(of.pause.untilDate)}{of.pause.reason && ` · ${nameOf(reasons, of.pause.reason)}`}</p>
        <Act do={resume}>{t.employers.resume}</Act>
      </Card>
    );
  }
  const fields: Field[] = [
    { name: "fromDate", label: t.closures.begin, kind: "date", required: true },
    { name: "untilDate", label: t.employers.pauseUntil, kind: "date" },
    { name: "reason", label: t.employers.reason, kind: "select", choices: reasons, required: true },
  ];
  return (
    <Opens title={t.employers.pause}>
      {(close) => <Form id={`pause-${of.id}`} fields={fields} values={{ fromDate: today() }} cancel={close} button={t.employers.pause} send={async (body) => {
        await given(intake.POST("/v1/employers/{employerId}/_pause", { ...ofEmployer(of.id), body: body as never }));
        happened(["employers"]);
        close();
      }} />}
    </Opens>
  );
}
