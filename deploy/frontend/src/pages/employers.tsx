// Employers: search, list and map; a new one.
import { useEffect, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { type I, given, intake, useAsk } from "../api";
import { nameOf, useCodes } from "../codes";
import { useIsCoordinator, useMyRegions } from "../me";
import { Card, List, Page, Row, Shown, Tabs, Tag } from "../ui/basics";
import { type Field, Form } from "../ui/form";
import { Points } from "../ui/points";
import { choices, day, named, t } from "../words";

const PAUSE_TYPING_MS = 250;
const MOST = 200;

function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

export function EmployersPage() {
  const [region] = useMyRegions();
  const [text, setText] = useState("");
  const [sector, setSector] = useState("");
  const [open, setOpen] = useState(false);
  const [view, setView] = useState<"list" | "map">("list");
  const sectors = useCodes("sectors");
  const words = useSettled(text).trim();
  const coordinator = useIsCoordinator();
  const asked = useAsk(
    async () => region ? (await given(intake.POST("/v1/employers/_search", {
      params: { query: { limit: MOST } },
      body: { region, ...(words ? { text: words } : { sort: "name" as const }), ...(sector ? { sector } : {}), ...(open ? { hasOpenOffer: true } : {}) },
    }))).items : [],
    ["employers"], [region, words, sector, open],
  );
  return (
    <Page title={t.nav.employers} actions={coordinator && <Link class="primary" href="/employers/new">{t.employers.new}</Link>}>
      <div class="filters">
        <label class="field grow"><span>{t.employers.find}</span>
          <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} /></label>
        <label class="field"><span>{t.employers.sector}</span>
          <select value={sector} onChange={(event) => setSector(event.currentTarget.value)}>
            <option value="">{t.all}</option>
            {sectors.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
          </select>
        </label>
        <label class="check"><input type="checkbox" checked={open} onChange={(event) => setOpen(event.currentTarget.checked)} />{t.employers.open}</label>
        <Tabs label={`${t.employers.list}/${t.employers.map}`} now={view} choose={setView} of={[["list", t.employers.list], ["map", t.employers.map]]} />
      </div>
      <Shown of={asked}>
        {(employers) => (
          <>
            {view === "map" && <Card><Points of={employers} /></Card>}
            <Card>
              <List items={employers} empty={t.employers.empty} row={(one) => (
                <Row to={`/employers/${one.id}`} title={one.name} aside={<Marks of={one} />}
                  sub={`${one.sectors.map((code) => nameOf(sectors, code)).join(", ")}${one.address ? ` · ${one.address.place}` : ""}`} />
              )} />
            </Card>
          </>
        )}
      </Shown>
    </Page>
  );
}

export function Marks({ of }: { of: I["EmployerResource"] }) {
  return (
    <>
      {of.pause && <Tag tone="bad">{t.employers.paused}{of.pause.untilDate && ` (${t.until} ${day(of.pause.untilDate)})`}</Tag>}
      {of.claim && <Tag tone="wait">{t.employers.claimedBy} {of.claim.schoolName}</Tag>}
      {of.suggested && <Tag tone="wait">{t.employers.suggested}</Tag>}
      {of.private && <Tag>{t.employers.private}</Tag>}
      {of.recognition !== "none" && <Tag tone="good">{named(t.recognitions, of.recognition)}</Tag>}
    </>
  );
}

export function NewEmployerPage() {
  const [, go] = useLocation();
  const sectors = useCodes("sectors");
  const fields: Field[] = [
    { name: "name", label: t.employers.name, required: true },
    { name: "address/postcode", label: t.students.postcode, required: true },
    { name: "address/place", label: t.students.place, required: true },
    { name: "kvkNumber", label: t.employers.kvk },
    { name: "sectors", label: t.employers.sector, kind: "checks", choices: sectors },
    { name: "telephone", label: t.employers.telephone, kind: "tel" },
    { name: "email", label: t.employers.email, kind: "email" },
    { name: "guidance", label: t.employers.guidance, kind: "select", choices: choices(t.guidance), required: true },
    { name: "confirmedNew", label: t.employers.duplicate, kind: "check" },
  ];
  return (
    <Page title={t.employers.new}>
      <Card>
        <Form id="new-employer" fields={fields} values={{ guidance: "limited" }} send={async (body) => {
          const made = await given(intake.POST("/v1/employers", { body: body as never }));
          go(`/employers/${made.id}`);
        }} />
      </Card>
    </Page>
  );
}
