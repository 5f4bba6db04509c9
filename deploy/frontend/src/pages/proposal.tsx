// A proposal: the place, why it suits and what does not, and the answer.
import { useEffect, useState } from "preact/hooks";
import { type I, type M, Refused, given, intake, matching } from "../api";
import { nameOf, useCodes, useEmployer, useOffer, useOnce, useStudent } from "../codes";
import { happened } from "../live";
import { Act, Dutch, ProsAndCons, Tag, type Tone } from "../ui/basics";
import { later, orSaid, say } from "../ui/toast";
import { day, named, period, t, weekdays } from "../words";
import { Link } from "wouter-preact";

export type Proposal = M["ProposalResource"];

const TONES: Record<string, Tone> = { open: "wait", accepted: "good", placed: "good", declined: "neutral", refused: "bad" };
const UNDO_TRIES = 20;

const declining = new Set<string>(); // of the whole application: what is being declined on one page is not open on another
const watching = new Set<() => void>();

function setDeclining(proposalId: string, now: boolean): void {
  if (now) declining.add(proposalId);
  else declining.delete(proposalId);
  for (const tell of watching) tell();
}

/** Whether a proposal is being declined, and so no longer shown. */
export function useDeclining(): (proposal: Proposal) => boolean {
  const [, draw] = useState(0);
  useEffect(() => {
    const tell = () => draw((count) => count + 1);
    watching.add(tell);
    return () => void watching.delete(tell);
  }, []);
  return (proposal) => declining.has(proposal.id);
}

/** The placement that came of an accepted proposal, as soon as intake has made it. */
async function placementOf(proposal: Proposal): Promise<I["PlacementResource"] | undefined> {
  for (let tries = 0; tries < UNDO_TRIES; tries++) {
    const query = { studentId: proposal.studentId, offerId: proposal.offerId };
    const found = await given(intake.GET("/v1/placements", { params: { query } }));
    const one = found.items.find((item) => item.proposalId === proposal.id);
    if (one) return one;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return undefined;
}

async function accept(proposal: Proposal): Promise<void> {
  const call = matching.POST("/v1/proposals/{proposalId}/_accept", { params: { path: { proposalId: proposal.id } } });
  await given(call).catch((error) => unlessDone(error, proposal.id, ["accepted", "placed"]));
  happened(["proposals"]);
  say(t.proposals.accepted, () => takeBack(proposal));
}

/** An answer that was given and got lost meets a proposal that is no longer open, when it is given again: that is no refusal. */
async function unlessDone(error: unknown, proposalId: string, done: Proposal["state"][]): Promise<void> {
  if (!(error instanceof Refused && error.repeated && error.problem.type.endsWith("proposal-is-not-open"))) throw error;
  if (!done.includes((await read(proposalId)).state)) throw error;
}

const read = (proposalId: string) => given(matching.GET("/v1/proposals/{proposalId}", { params: { path: { proposalId } } }));

async function takeBack(proposal: Proposal): Promise<void> {
  const placement = await placementOf(proposal);
  if (!placement?.possible.includes("cancel")) {
    const taken = !placement && (await read(proposal.id)).state === "refused";
    return void say(taken ? t.proposals.refused : t.proposals.stays);
  }
  await given(intake.POST("/v1/placements/{placementId}/_cancel", {
    params: { path: { placementId: placement.id } }, body: {},
  }));
  say(t.proposals.undone);
}

export function ProposalCard({ of: proposal, withStudent }: { of: Proposal; withStudent?: boolean }) {
  const offer = useOffer(proposal.offerId);
  const employer = useEmployer(proposal.employerId);
  const student = useStudent(withStudent ? proposal.studentId : null);
  const sectors = useCodes("sectors");
  const open = proposal.state === "open";
  const who = offer?.employerName ?? "…";
  return (
    <article class="proposal" aria-label={`${student ? `${student.givenName} ${student.familyName}: ` : ""}${who}`}>
      <div class="proposal-head">
        <div>
          {withStudent && (
            <p class="person"><Link href={`/students/${proposal.studentId}`}>{student ? `${student.givenName} ${student.familyName}` : "…"}</Link></p>
          )}
          <h3><Link href={`/employers/${proposal.employerId}`}>{who}</Link></h3>
          <p class="quiet">
            {named(t.kinds, proposal.kind)} · {nameOf(sectors, offer?.sector)}{employer?.address && ` · ${employer.address.place}`}
          </p>
          <p class="quiet">{period(proposal.beginDate, proposal.endDate)} · {weekdays(proposal.weekdays)}</p>
        </div>
        <div class="stack">
          <Tag tone={TONES[proposal.state]}>{named(t.proposalStates, proposal.state)}</Tag>
          {proposal.choice > 0 && <Tag tone="good">{proposal.choice === 1 ? t.proposals.first : t.proposals.choice(proposal.choice)}</Tag>}
        </div>
      </div>
      <Reasons of={proposal.reasons} />
      {proposal.adaptation && <p class="note wait"><strong>{t.proposals.adapt}:</strong> <Dutch>{proposal.adaptation.text}</Dutch></p>}
      {open && <Answer proposal={proposal} />}
    </article>
  );
}

export const Reasons = ({ of }: { of: Proposal["reasons"] }) => (
  <ProsAndCons label={t.proposals.reasons} of={of.map((one) => ({ id: one.factor, plus: one.direction === "plus", text: <Dutch>{one.text}</Dutch> }))} />
);

function Answer({ proposal }: { proposal: Proposal }) {
  const [asking, setAsking] = useState(false);
  const reasons = useOnce("decline-reasons", () => given(matching.GET("/v1/decline-reasons")));
  const decline = (reason: M["Decline"]["reason"]) => {
    setDeclining(proposal.id, true);
    later(t.proposals.declining, () => void orSaid(() => send(proposal.id, reason)), () => setDeclining(proposal.id, false));
  };
  return (
    <div class="answer">
      <div class="actions">
        <Act class="primary" do={() => accept(proposal)}>{t.proposals.accept}</Act>
        <button class="plain" aria-expanded={asking} onClick={() => setAsking(!asking)}>{t.proposals.decline}</button>
        <span class="quiet">{t.proposals.until} {day(proposal.expiresAt)}</span>
      </div>
      {asking && (
        <div class="taps" role="group" aria-label={t.proposals.why}>
          <p>{t.proposals.why}</p>
          {reasons?.items.map((one) => <button class="tap" key={one.code} onClick={() => decline(one.code)}><Dutch>{one.text}</Dutch></button>)}
        </div>
      )}
    </div>
  );
}

async function send(proposalId: string, reason: M["Decline"]["reason"]): Promise<void> {
  const call = matching.POST("/v1/proposals/{proposalId}/_decline", { params: { path: { proposalId } }, body: { reason }, keepalive: true });
  try {
    await given(call).catch((error) => unlessDone(error, proposalId, ["declined"]));
  } catch (error) {
    setDeclining(proposalId, false);
    throw error;
  } finally {
    happened(["proposals"]);
  }
}
