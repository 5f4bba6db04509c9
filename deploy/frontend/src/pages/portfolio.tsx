// The recognised companies of an adviser of SBB: by kind of work and place, and those where nobody was for a year.
import { useEffect, useState } from "preact/hooks";
import { all, intake, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { Card, Figure, List, Page, Row, Shown, Tag } from "../ui/basics";
import { named, t } from "../words";

export function PortfolioPage() {
  const [sector, setSector] = useState("");
  const [municipality, setMunicipality] = useState("");
  const [without, setWithout] = useState(false);
  const sectors = useCodes("sectors");
  const municipalities = useCodes("municipalities");
  const asked = useAsk(() => all((cursor) => intake.GET("/v1/portfolio", {
    params: { query: { cursor, limit: 200, ...(sector && { sector }), ...(municipality && { municipality }), ...(without && { withoutStudent: true }) } },
  })), ["employers", "placements"], [sector, municipality, without]);
  // towns of what was found first, so that nobody chooses among all of the country
  const [towns, setTowns] = useState<string[]>();
  useEffect(() => {
    if (asked.data) setTowns((known) => known ?? [...new Set(asked.data!.map((one) => one.municipality ?? ""))].filter(Boolean));
  }, [asked.data]);
  const select = (label: string, value: string, put: (value: string) => void, of: readonly (readonly [string, string])[]) => (
    <label class="field"><span>{label}</span>
      <select value={value} onChange={(event) => put(event.currentTarget.value)}>
        <option value="">{t.all}</option>
        {of.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
      </select>
    </label>
  );
  return (
    <Page title={t.portfolio.title} sub={t.portfolio.sub}>
      <div class="filters">
        {select(t.employers.sector, sector, setSector, sectors)}
        {select(t.portfolio.municipality, municipality, setMunicipality, (towns ?? []).map((code) => [code, nameOf(municipalities, code)] as const))}
        <label class="check"><input type="checkbox" checked={without} onChange={(event) => setWithout(event.currentTarget.checked)} />{t.portfolio.without}</label>
      </div>
      <Shown of={asked}>
        {(found) => (
          <>
            <div class="figures">
              <Figure value={found.length} label={t.portfolio.companies} />
              <Figure value={found.filter((one) => one.hadStudentLastYear).length} label={t.portfolio.had} />
              <Figure value={found.filter((one) => !one.hadStudentLastYear).length} label={t.portfolio.hadNot} />
            </div>
            <Card>
              <List items={found.map((one) => ({ ...one, id: one.employerId }))} empty={t.employers.empty} row={(one) => (
                <Row title={one.name}
                  sub={<>{[one.sectors.map((code) => nameOf(sectors, code)).join(", "), one.place, one.companyId].filter(Boolean).join(" · ")}
                    {one.website && <div><a href={one.website} rel="noreferrer" target="_blank">{one.website.replace(/^https?:\/\//, "")}</a></div>}</>}
                  aside={<>
                    <Tag>{named(t.recognitions, one.recognition)}</Tag>
                    <Tag tone={one.hadStudentLastYear ? "good" : "wait"}>{one.hadStudentLastYear ? t.portfolio.hadOne : t.portfolio.hadNone}</Tag>
                  </>} />
              )} />
            </Card>
          </>
        )}
      </Shown>
    </Page>
  );
}
