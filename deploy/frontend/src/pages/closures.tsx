// Sectors or a region that take nobody for a while.
import { given, intake, newest, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { useMyRegions } from "../me";
import { Act, Card, List, Opens, Page, Row, Shown, Tag } from "../ui/basics";
import { type Field, Form } from "../ui/form";
import { period, t, today } from "../words";

export function ClosuresPage() {
  const [region] = useMyRegions();
  const sectors = useCodes("sectors");
  const reasons = useCodes("closure-reasons");
  const asked = useAsk(() => newest((cursor) => intake.GET("/v1/closures", { params: { query: { region, cursor, limit: 200 } } }), (one) => one.state === "standing"), ["closures"], [region]);
  const reopen = async (closureId: string) => {
    await given(intake.POST("/v1/closures/{closureId}/_reopen", { params: { path: { closureId } } }));
    asked.reload();
  };
  const fields: Field[] = [
    { name: "sector", label: t.closures.sector, kind: "select", choices: sectors },
    { name: "fromDate", label: t.closures.begin, kind: "date", required: true },
    { name: "untilDate", label: t.closures.end, kind: "date" },
    { name: "reason", label: t.closures.reason, kind: "select", choices: reasons, required: true },
    { name: "explanation", label: t.closures.explanation, kind: "textarea" },
  ];
  return (
    <Page title={t.closures.title} sub={t.closures.sub}>
      <Card>
        <Opens title={t.closures.new}>
          {(close) => <Form id="closure" fields={fields} values={{ fromDate: today() }} cancel={close} send={async (body) => {
            await given(intake.POST("/v1/closures", { body: { ...body, region } as never }));
            close();
            asked.reload();
          }} />}
        </Opens>
        <Shown of={asked}>
          {(found) => <List items={found} empty={t.closures.none} row={(one) => (
            <Row title={one.sector ? nameOf(sectors, one.sector) : t.closures.whole}
              sub={[period(one.fromDate, one.untilDate), nameOf(reasons, one.reason), one.explanation].filter(Boolean).join(" · ")}
              aside={one.state === "standing" ? <><Tag tone="bad">{t.closures.standing}</Tag><Act do={() => reopen(one.id)}>{t.closures.reopen}</Act></> : <Tag tone="good">{t.closures.reopened}</Tag>} />
          )} />}
        </Shown>
      </Card>
    </Page>
  );
}
