// Whom to call for a student: one tap after each call; a yes becomes a place.
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { type I, type M, given, intake, matching, useAsk } from "../api";
import { useCodes, useEmployer } from "../codes";
import { happened } from "../live";
import { Act, Card, List, Shown, Tag } from "../ui/basics";
import { Form } from "../ui/form";
import { say } from "../ui/toast";
import { day, inDays, named, t, today } from "../words";
import { OFFER_FIELDS } from "./offers";
import { Reasons } from "./proposal";

type Prospect = M["ProspectResource"];
type Outcome = I["LogContact"]["outcome"];
const TAPS: Outcome[] = ["no-answer", "call-back", "no"];
const FIRST = 8;

export function CallList({ student }: { student: I["StudentResource"] }) {
  const asked = useAsk(
    () => given(matching.GET("/v1/students/{studentId}/prospects", { params: { path: { studentId: student.id }, query: { limit: FIRST } } })),
    ["employers", "offers"], [student.id],
  );
  return (
    <Card title={t.calls.list}>
      <p class="quiet">{t.calls.explain}</p>
      <Shown of={asked}>
        {(found) => (
          <List items={found.items.map((one) => ({ ...one, id: one.employerId }))} empty={t.calls.empty}
            row={(one) => <Candidate of={one} student={student} called={asked.reload} />} />
        )}
      </Shown>
    </Card>
  );
}

function Candidate({ of, student, called }: { of: Prospect; student: I["StudentResource"]; called: () => void }) {
  const employer = useEmployer(of.employerId);
  const [yes, setYes] = useState(false);
  const [result, setResult] = useState<Outcome>();
  const sectors = useCodes("sectors");
  const log = async (outcome: Outcome, offer?: object) => {
    const body = { channel: "telephone", outcome, contactDate: today(), studentId: student.id, ...(offer ? { offer } : {}) };
    await given(intake.POST("/v1/employers/{employerId}/contacts", { params: { path: { employerId: of.employerId } }, body: body as never }));
    setResult(outcome);
    setYes(false);
    say(t.calls.logged);
    happened(["employers", "offers"]);
    called();
  };
  return (
    <article class="proposal" aria-label={of.name}>
      <div class="proposal-head">
        <div>
          <h3><Link href={`/employers/${of.employerId}`}>{of.name}</Link></h3>
          <p class="quiet">{t.calls.minutes(of.minutes)}{employer?.telephone && <> · <a href={`tel:${employer.telephone}`}>{employer.telephone}</a></>}</p>
          {of.knownBy.length > 0 && <p class="quiet">{t.calls.known} {of.knownBy.map((one) => one.schoolName).join(", ")}</p>}
          {of.lastContact && <p class="quiet">{t.calls.last} {day(of.lastContact.contactDate)} ({named(t.contactOutcomes, of.lastContact.outcome)})</p>}
          {of.claimedBy && <p class="note wait">{t.calls.claimed} {of.claimedBy.schoolName} ({t.until} {day(of.claimedBy.untilDate)})</p>}
        </div>
        {result && <Tag tone="good">{named(t.contactOutcomes, result)}</Tag>}
      </div>
      <Reasons of={of.reasons.slice(0, 3)} />
      <div class="taps" role="group" aria-label={of.name}>
        {TAPS.map((one) => <Act key={one} class="tap" do={() => log(one)}>{named(t.contactOutcomes, one)}</Act>)}
        <button class="tap good" aria-expanded={yes} onClick={() => setYes(!yes)}>{t.contactOutcomes.yes}</button>
      </div>
      {yes && (
        <>
          <p><strong>{t.calls.yesOffer}</strong></p>
          <Form id={`call-${student.id}-${of.employerId}`} fields={OFFER_FIELDS(sectors)} cancel={() => setYes(false)}
            values={{
              kind: student.placementKind ?? "internship", sector: employer?.sectors[0] ?? student.wishes[0]?.sector, seats: 1,
              beginDate: inDays(7), weekdays: student.weekdays, guidance: student.guidanceNeed ?? "limited",
            }}
            send={(offer) => log("yes", offer)} />
        </>
      )}
    </article>
  );
}
