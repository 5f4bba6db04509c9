// What an intermediary named, and what became of it.
import { type I, given, intake, newest, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { useMe } from "../me";
import { Card, List, Opens, Page, Row, Shown, Tag, type Tone } from "../ui/basics";
import { type Field, Form } from "../ui/form";
import { say } from "../ui/toast";
import { day, named, t } from "../words";
import { SUGGESTED_FIELDS } from "./calls";

const TONES: Record<string, Tone> = { open: "wait", rejected: "bad", "taken-over": "good", "contact-made": "good", "offer-opened": "good", "placement-started": "good" };

/** The days on which something came of it. */
function Became({ of }: { of: I["TipResource"] }) {
  const reasons = useCodes("tip-rejections");
  const days: [string, string | null][] = [
    ["taken-over", of.takenOverOn], ["contact-made", of.contactMadeOn], ["offer-opened", of.offerOpenedOn], ["placement-started", of.placementStartedOn],
  ];
  const came = days.filter(([, on]) => on).map(([state, on]) => `${named(t.tips.states, state)} ${day(on)}`);
  if (of.rejectedOn) came.push(`${named(t.tips.states, "rejected")} ${day(of.rejectedOn)}: ${nameOf(reasons, of.rejectedReason)}`);
  return came.length ? <div>{came.join(" → ")}</div> : null;
}

export function TipsPage() {
  const me = useMe();
  const sectors = useCodes("sectors");
  const regions = useCodes("regions").filter(([code]) => me.regions.includes(code));
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/tips", { params: { query: { cursor, limit: 200 } } })), ["employers"]);
  const fields: Field[] = [
    ...SUGGESTED_FIELDS(sectors),
    { name: "region", label: t.tips.region, kind: "select", choices: regions, required: true },
    { name: "note", label: t.tips.note, kind: "textarea" },
  ];
  return (
    <Page title={t.tips.title} sub={t.tips.sub}>
      <Card>
        <Opens title={t.tips.new}>
          {(close) => <Form id="tip" fields={fields} values={{ region: me.regions[0] }} button={t.calls.send} cancel={close} send={async (body) => {
            await given(intake.POST("/v1/tips", { body: body as never }));
            say(t.calls.thanks);
            close();
            asked.reload();
          }} />}
        </Opens>
        <Shown of={asked}>
          {(tips) => <List items={tips} empty={t.tips.none} row={(one) => (
            <Row title={one.employer.name} sub={<>{[one.employer.sector && nameOf(sectors, one.employer.sector), one.employer.place, day(one.recordedAt), one.note].filter(Boolean).join(" · ")}<Became of={one} /></>}
              aside={<><Tag>{one.knownAlready ? t.tips.known : t.tips.fresh}</Tag><Tag tone={TONES[one.state]}>{named(t.tips.states, one.state)}</Tag></>} />
          )} />}
        </Shown>
      </Card>
    </Page>
  );
}
