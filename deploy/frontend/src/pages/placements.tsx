// Placements: who is where until when; agreement, visits, how it ended and how it went.
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { type I, all, given, intake, useAsk } from "../api";
import { useOffer, useStudent } from "../codes";
import { happened } from "../live";
import { Act, Card, Facts, List, Opens, Page, Row, Shown, Tabs, Tag, type Tone } from "../ui/basics";
import { type Field, Form } from "../ui/form";
import { say } from "../ui/toast";
import { choices, day, named, period, t, today, weekdays } from "../words";
import { Employer, Student } from "./today";

type Placement = I["PlacementResource"];
const TONES: Record<string, Tone> = { running: "good", agreed: "wait", ended: "neutral", refused: "bad", cancelled: "neutral" };
const STATES = ["agreed", "running", "ended", "cancelled"] as const;
const ofPlacement = (placementId: string) => ({ params: { path: { placementId } } });

export function PlacementsPage() {
  const [chosen, choose] = useState<(typeof STATES)[number]>();
  const asked = useAsk(
    () => all((cursor) => intake.GET("/v1/placements", { params: { query: { cursor, limit: 200 } } })), ["placements"],
  );
  return (
    <Page title={t.placements.title}>
      <Shown of={asked}>
        {(found) => {
          const own = found.filter((one) => one.studentId);
          const of = (one: string) => own.filter((placement) => placement.state === one);
          const now = chosen ?? (of("running").length || !of("agreed").length ? "running" : "agreed");
          return (
            <>
              <div class="filters">
                <Tabs label={t.placements.title} now={now} choose={choose}
                  of={STATES.map((one) => [one, `${named(t.placementStates, one)} (${of(one).length})`])} />
              </div>
              <Card>
                <List items={of(now)} empty={t.placements.empty} row={(one) => (
                  <Row to={`/placements/${one.id}`} title={<Student id={one.studentId} />}
                    sub={<><Employer id={one.employerId} /> · {named(t.kinds, one.kind)} · {period(one.beginDate, one.endedDate ?? one.endDate)}</>}
                    aside={one.outcome ? <Tag>{named(t.outcomes, one.outcome)}</Tag> : <Tag tone={TONES[one.state]}>{named(t.placementStates, one.state)}</Tag>} />
                )} />
              </Card>
            </>
          );
        }}
      </Shown>
    </Page>
  );
}

export function PlacementPage({ id }: { id: string }) {
  const asked = useAsk(() => given(intake.GET("/v1/placements/{placementId}", ofPlacement(id))), ["placements"], [id]);
  const student = useStudent(asked.data?.studentId ?? null);
  return (
    <Shown of={asked}>
      {(placement) => (
        <Page title={student ? `${student.givenName} ${student.familyName}` : t.placements.title} sub={<Tag tone={TONES[placement.state]}>{named(t.placementStates, placement.state)}</Tag>}
          actions={<Cancel of={placement} />}>
          <div class="columns wide-first">
            <div>
              <Card><Where of={placement} /></Card>
              <Visits id={id} />
              {placement.possible.includes("end") && <Card title={t.placements.end}><End of={placement} /></Card>}
            </div>
            <div>
              <Agreement id={id} />
              <Evaluation id={id} />
            </div>
          </div>
        </Page>
      )}
    </Shown>
  );
}

function Where({ of }: { of: Placement }) {
  const offer = useOffer(of.offerId);
  return (
    <Facts of={[
      [t.nav.students, <Link href={`/students/${of.studentId}`}><Student id={of.studentId} /></Link>],
      [t.nav.employers, <Link href={`/employers/${of.employerId}`}>{offer?.employerName ?? "…"}</Link>],
      [t.offers.kind, named(t.kinds, of.kind)],
      [t.offers.begin, period(of.beginDate, of.endedDate ?? of.endDate)],
      [t.offers.weekdays, weekdays(of.weekdays)],
      [t.placements.outcome, of.outcome && named(t.outcomes, of.outcome)],
    ]} />
  );
}

function Cancel({ of }: { of: Placement }) {
  const cancel = async () => {
    await given(intake.POST("/v1/placements/{placementId}/_cancel", { ...ofPlacement(of.id), body: {} }));
    say(t.placements.cancelled);
    happened(["placements"]);
  };
  return of.possible.includes("cancel") ? <Act do={cancel}>{t.placements.cancel}</Act> : null;
}

function End({ of }: { of: Placement }) {
  const fields: Field[] = [
    { name: "endedDate", label: t.placements.endedDate, kind: "date", required: true },
    { name: "outcome", label: t.placements.outcome, kind: "select", choices: choices(t.outcomes), required: true },
    { name: "searchAgain", label: t.placements.again, kind: "check" },
  ];
  return (
    <Opens title={t.placements.end}>
      {(close) => <Form id={`end-${of.id}`} fields={fields} values={{ endedDate: today() }} button={t.placements.end} cancel={close} send={async (body) => {
        await given(intake.POST("/v1/placements/{placementId}/_end", { ...ofPlacement(of.id), body: body as never }));
        say(t.placements.ended);
        happened(["placements"]);
      }} />}
    </Opens>
  );
}

function Visits({ id }: { id: string }) {
  const asked = useAsk(() => given(intake.GET("/v1/placements/{placementId}/visits", ofPlacement(id))), ["placements"], [id]);
  const fields: Field[] = [
    { name: "visitDate", label: t.placements.date, kind: "date", required: true },
    { name: "form", label: t.placements.form, kind: "select", choices: choices(t.visitForms), required: true },
    { name: "spokeWith", label: t.placements.spokeWith, kind: "checks", choices: choices(t.parties).filter(([code]) => code !== "school") },
    { name: "note", label: t.placements.note, kind: "textarea" },
  ];
  return (
    <Card title={t.placements.visits}>
      <Shown of={asked}>
        {(found) => <List items={found.items} empty={t.placements.noVisits} row={(one) => (
          <Row title={`${day(one.visitDate)} · ${named(t.visitForms, one.form)}`} sub={[one.spokeWith.map((who) => named(t.parties, who)).join(", "), one.note].filter(Boolean).join(" · ")} />
        )} />}
      </Shown>
      <Opens title={t.placements.addVisit}>
        {(close) => <Form id={`visit-${id}`} fields={fields} values={{ visitDate: today(), form: "at-work" }} cancel={close} send={async (body) => {
          await given(intake.POST("/v1/placements/{placementId}/visits", { ...ofPlacement(id), body: body as never }));
          close();
          asked.reload();
        }} />}
      </Opens>
    </Card>
  );
}

function Agreement({ id }: { id: string }) {
  const asked = useAsk(
    () => given(intake.GET("/v1/placements/{placementId}/agreement", ofPlacement(id))).catch(() => null), ["placements"], [id],
  );
  const agreement = asked.data;
  if (!agreement) return null;
  return (
    <Card title={t.placements.agreement} aside={<Tag tone={agreement.state === "signed" ? "good" : "wait"}>{named(t.agreementStates, agreement.state)}</Tag>}>
      {agreement.missing.length > 0 && (
        <>
          <p>{t.placements.missing}</p>
          <ul class="reasons">{agreement.missing.map((one) => <li class="minus" key={one.pointer}><span aria-hidden="true">−</span>{one.sentence}</li>)}</ul>
        </>
      )}
      <ul class="reasons">
        {agreement.parties.filter((one) => one.signature).map((one) => (
          <li class="plus" key={one.party}><span aria-hidden="true">+</span>{t.placements.sign} {named(t.parties, one.party)} ({day(one.signature!.signedDate)})</li>
        ))}
      </ul>
      {agreement.nextParty && <p>{t.placements.next} {named(t.parties, agreement.nextParty)}</p>}
      <Act do={() => download(id, "overeenkomst.pdf")}>{t.placements.download}</Act>
    </Card>
  );
}

/** A file behind a token: fetched, then given to the browser as its own. */
async function download(placementId: string, name: string): Promise<void> {
  const call = intake.GET("/v1/placements/{placementId}/agreement/document", { ...ofPlacement(placementId), parseAs: "blob" });
  const href = URL.createObjectURL((await given(call)) as Blob);
  const link = Object.assign(document.createElement("a"), { href, download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

function Evaluation({ id }: { id: string }) {
  const asked = useAsk(() => given(intake.GET("/v1/placements/{placementId}/evaluations", ofPlacement(id))), ["placements"], [id]);
  const fields: Field[] = [
    { name: "experience", label: t.placements.experience, kind: "select", choices: choices(t.experiences), required: true },
    { name: "note", label: t.placements.note, kind: "textarea" },
  ];
  return (
    <Card title={t.placements.evaluation}>
      <Shown of={asked}>
        {(found) => (
          <>
            <List items={found.items} empty={t.placements.noEvaluation} row={(one) => (
              <Row title={`${named(t.parties, one.party)}: ${named(t.experiences, one.experience)}`} sub={one.note ?? day(one.givenDate)} />
            )} />
            {!found.items.some((one) => one.party === "school") && (
              <Opens title={t.add}>
                {(close) => <Form id={`evaluation-${id}`} fields={fields} cancel={close} send={async (body) => {
                  const call = { params: { path: { placementId: id, party: "school" as const } }, body: body as never };
                  await given(intake.PUT("/v1/placements/{placementId}/evaluations/{party}", call));
                  close();
                  asked.reload();
                }} />}
              </Opens>
            )}
          </>
        )}
      </Shown>
    </Card>
  );
}
