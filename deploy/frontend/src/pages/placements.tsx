// Placements: who is where until when.
import { useState } from "preact/hooks";
import { intake, newest, useAsk } from "../api";
import { Card, List, Page, Row, Shown, Tabs, Tag, type Tone } from "../ui/basics";
import { named, period, t } from "../words";
import { Employer, Student } from "./today";

export const TONES: Record<string, Tone> = { running: "good", agreed: "wait", ended: "neutral", refused: "bad", cancelled: "neutral" };
const STATES = ["agreed", "running", "ended", "cancelled"] as const;

export function PlacementsPage() {
  const [chosen, choose] = useState<(typeof STATES)[number]>();
  const asked = useAsk(
    () => newest((cursor) => intake.GET("/v1/placements", { params: { query: { cursor, limit: 200 } } })), ["placements"],
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
