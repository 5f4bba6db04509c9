// Calls for help: what was asked, and what came of it; intermediaries answer here.
import { Link } from "wouter-preact";
import { type N, all, given, notifications, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { useMe } from "../me";
import { Act, Card, List, Opens, Page, Shown, Tag } from "../ui/basics";
import { type Field, Form } from "../ui/form";
import { say } from "../ui/toast";
import { day, named, t } from "../words";
import { Student } from "./today";

type Call = N["CallShown"];

export const SUGGESTED_FIELDS = (sectors: [string, string][]): Field[] => [
  { name: "employer/name", label: t.calls.name, required: true },
  { name: "employer/sector", label: t.calls.sector, kind: "select", choices: sectors },
  { name: "employer/postcode", label: t.calls.postcode },
  { name: "employer/place", label: t.calls.place },
  { name: "employer/website", label: t.calls.website },
];

export function CallsPage() {
  const asked = useAsk(() => all((cursor) => notifications.GET("/v1/calls", { params: { query: { cursor, limit: 200 } } })), ["calls", "employers"]);
  return (
    <Page title={t.calls.title} sub={t.calls.sub}>
      <Shown of={asked}>
        {(calls) => (
          <List items={[...calls].sort((one, other) => other.state.localeCompare(one.state))} empty={t.calls.none}
            row={(one) => <CallCard of={one} changed={asked.reload} />} />
        )}
      </Shown>
    </Page>
  );
}

function CallCard({ of, changed }: { of: Call; changed: () => void }) {
  const sectors = useCodes("sectors");
  const regions = useCodes("regions");
  const me = useMe();
  const answering = me.roles.includes("intermediary") && of.state === "open" && !of.answers.some((one) => one.intermediary === me.kind && one.outcome !== "taken");
  return (
    <Card title={of.kindOfWork ? nameOf(sectors, of.kindOfWork) : t.calls.anyWork} class="call"
      aside={<Tag tone={of.state === "open" ? "wait" : "neutral"}>{of.state === "open" ? t.calls.open : t.calls.closed}</Tag>}>
      <p class="quiet">
        {nameOf(regions, of.region)} · {t.calls.searching(of.searching)} {t.calls.since} {day(of.sinceDate)}
        {of.placementKind && ` · ${named(t.kinds, of.placementKind)}`}
      </p>
      {of.studentIds.length > 0 && (
        <p>{of.studentIds.map((id) => <Link class="chip" key={id} href={`/students/${id}`}><Student id={id} /></Link>)}</p>
      )}
      {of.asked.length > 0 && <p class="quiet">{t.calls.asked} {of.asked.map((one) => named(t.intermediaries, one.intermediary)).join(", ")}</p>}
      <List items={of.answers} empty={t.calls.noAnswers} label={t.calls.answers} row={(one) => (
        <div class="row">
          <div class="row-text">
            <span class="row-title">{one.employer?.name ?? named(t.calls.outcomes, one.outcome)}</span>
            <div class="quiet">{[named(t.intermediaries, one.intermediary), one.employer?.sector && nameOf(sectors, one.employer.sector), one.employer?.place, day(one.answeredAt)].filter(Boolean).join(" · ")}</div>
          </div>
        </div>
      )} />
      {answering && <Answer of={of} sectors={sectors} changed={changed} />}
    </Card>
  );
}

function Answer({ of, sectors, changed }: { of: Call; sectors: [string, string][]; changed: () => void }) {
  const call = { params: { path: { callId: of.id } } };
  const done = () => {
    say(t.calls.thanks);
    changed();
  };
  return (
    <div class="actions">
      <Opens title={t.calls.answer}>
        {(close) => <Form id={`answer-${of.id}`} fields={SUGGESTED_FIELDS(sectors)} values={{ "employer/sector": of.kindOfWork }} button={t.calls.send} cancel={close}
          send={async (body) => {
            await given(notifications.POST("/v1/calls/{callId}/_answer", { ...call, body: body as never }));
            done();
          }} />}
      </Opens>
      <Act do={async () => { await given(notifications.POST("/v1/calls/{callId}/_decline", { ...call, body: {} as never })); done(); }}>{t.calls.dont}</Act>
    </div>
  );
}
