// What an intermediary named, and what became of it.
import { all, given, intake, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { useMe } from "../me";
import { Card, List, Opens, Page, Row, Shown, Tag } from "../ui/basics";
import { type Field, Form } from "../ui/form";
import { say } from "../ui/toast";
import { day, t } from "../words";
import { SUGGESTED_FIELDS } from "./calls";

export function TipsPage() {
  const me = useMe();
  const sectors = useCodes("sectors");
  const regions = useCodes("regions").filter(([code]) => me.regions.includes(code));
  const asked = useAsk(() => all((cursor) => intake.GET("/v1/tips", { params: { query: { cursor } } })), ["employers"]);
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
            <Row title={one.employer.name} sub={[one.employer.sector && nameOf(sectors, one.employer.sector), one.employer.place, day(one.recordedAt), one.note].filter(Boolean).join(" · ")}
              aside={<Tag tone={one.knownAlready ? "neutral" : "good"}>{one.knownAlready ? t.tips.known : t.tips.fresh}</Tag>} />
          )} />}
        </Shown>
      </Card>
    </Page>
  );
}
