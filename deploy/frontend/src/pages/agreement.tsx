// The agreement of a placement: its words, who signs in which order, links to sign by, and the paper itself.
import { useRef, useState } from "preact/hooks";
import { type I, Refused, given, held, intake, readFor, useAsk } from "../api";
import { Act, Card, Dutch, ProsAndCons, Tag } from "../ui/basics";
import { type Field, type Values, flat } from "../ui/form";
import { type Step, Steps } from "../ui/things";
import { choices, day, named, t, today, weekdays } from "../words";
import { ofPlacement } from "./placement";

type Placement = I["PlacementResource"];
type Agreed = I["AgreementResource"];
type Party = Agreed["parties"][number]["party"];

export function Agreement({ of }: { of: Placement }) {
  const asked = useAsk(
    () => given(intake.GET("/v1/placements/{placementId}/agreement", ofPlacement(of.id))).catch(() => null), ["placements"], [of.id],
  );
  if (asked.data === undefined) return null;
  const agreement = asked.data ?? undefined;
  return (
    <Card title={t.placements.agreement}
      aside={agreement && <Tag tone={agreement.state === "signed" ? "good" : "wait"}>{named(t.agreementStates, agreement.state)}</Tag>}>
      {!agreement && <p class="quiet">{t.placements.noAgreement}</p>}
      {agreement && agreement.missing.length > 0 && (
        <>
          <p>{t.placements.missing}</p>
          <ProsAndCons of={agreement.missing.map((one) => ({ id: one.pointer, text: <Dutch>{one.sentence}</Dutch> }))} />
        </>
      )}
      {agreement && <Order of={agreement} placement={of} changed={asked.reload} />}
      {agreement && <div class="steps"><Act do={() => download(of.id)}>{t.placements.download}</Act></div>}
      {of.possible.includes("agree") && <Words of={of} agreement={agreement} changed={asked.reload} />}
    </Card>
  );
}

/** Who signs in which order, how far it is, and what the next one needs for it. */
function Order({ of, placement, changed }: { of: Agreed; placement: Placement; changed: () => void }) {
  const [url, setUrl] = useState<I["LinkResource"] | null>(null);
  const turn = placement.possible.includes("sign") && !of.missing.length ? of.nextParty : null;
  return (
    <>
      <ol class="order" aria-label={t.placements.order}>
        {of.parties.map(({ party, signature }) => (
          <li key={party} class={signature ? "done" : party === of.nextParty ? "now" : ""}>
            <span><strong>{named(t.parties, party)}</strong> <span class="quiet">
              {signature ? `${t.placements.signed} ${day(signature.signedDate)} (${named(t.ways, signature.way)})` : party === turn ? t.placements.turn : t.placements.waits}
            </span></span>
            {party === turn && <div><Steps id={`sign-${placement.id}-${party}`} of={party} steps={signing(placement, of, setUrl)} changed={changed} /></div>}
          </li>
        ))}
      </ol>
      {url?.url && (
        <div class="note good" role="status">
          <p>{t.placements.linkMade} {day(url.expiresAt)}</p>
          <p><a href={url.url} target="_blank" rel="noreferrer">{t.placements.openLink}</a></p>
          {url.qrSvg && <img class="qr" alt={t.placements.qr} src={`data:image/svg+xml,${encodeURIComponent(url.qrSvg)}`} />}
        </div>
      )}
    </>
  );
}

function signing(placement: Placement, agreement: Agreed, show: (link: I["LinkResource"]) => void): Step<Party>[] {
  const link = async (recipient: Party, more: object) => show(await given(intake.POST("/v1/links", {
    body: { purpose: "sign", subjectId: placement.id, recipient, ...more } as never,
  })));
  const outside = (party: Party) => party !== "school";
  return [
    {
      name: t.placements.signedOnPaper, main: true, fields: [{ name: "signedDate", label: t.placements.date, kind: "date", required: true }],
      values: () => ({ signedDate: today() }), said: t.saved,
      send: (party, body) => given(intake.POST("/v1/placements/{placementId}/agreement/_sign", {
        ...ofPlacement(placement.id), body: { ...body, party, number: agreement.number } as never,
      })),
    },
    {
      name: t.placements.mailLink, when: outside, fields: [{ name: "email", label: t.employers.email, kind: "email", required: true }],
      said: t.placements.mailed, send: (party, body) => link(party, { delivery: "mail", ...body }),
    },
    { name: t.placements.handLink, when: outside, send: (party) => link(party, { delivery: "hand-over" }) },
  ];
}

/** The words of it: another version is signed anew. */
function Words({ of, agreement, changed }: { of: Placement; agreement: Agreed | undefined; changed: () => void }) {
  const insurers = choices(t.insurers);
  const yesNo: [string, string][] = [["yes", t.yes], ["no", t.no]];
  const was = useRef(agreement?.terms);
  const times = of.weekdays.flatMap((one) => {
    const lines = linesOn(agreement?.terms, one).length || 1;
    return Array.from({ length: lines }, (_, at) => at).flatMap((at): Field[] => [
      { name: `times/${one}/${at}/startTime`, label: `${weekdays([one])}${at ? ` (${at + 1})` : ""}: ${t.placements.begins}`, kind: "time" },
      { name: `times/${one}/${at}/endTime`, label: `${weekdays([one])}${at ? ` (${at + 1})` : ""}: ${t.placements.ends}`, kind: "time" },
    ]);
  });
  const fields: Field[] = [
    { name: "learningGoals", label: t.placements.goals, kind: "lines" },
    { name: "activities", label: t.placements.activities, kind: "lines" },
    ...times,
    { name: "breakMinutes", label: t.placements.break, kind: "number" },
    { name: "schoolSupervisor", label: t.placements.schoolSupervisor },
    { name: "schoolGuidance", label: t.placements.schoolGuidance },
    { name: "employerSupervisor", label: t.placements.employerSupervisor },
    { name: "employerGuidance", label: t.placements.employerGuidance },
    { name: "assessment", label: t.placements.assessment, kind: "textarea" },
    { name: "insurance/accidents", label: t.placements.accidents, kind: "select", choices: insurers },
    { name: "insurance/liability", label: t.placements.liability, kind: "select", choices: insurers },
    { name: "allowance", label: t.placements.allowance, kind: "select", choices: yesNo },
    { name: "euros", label: t.placements.euros, kind: "number", when: (values) => values.allowance === "yes" },
    { name: "per", label: t.placements.per, kind: "select", choices: choices(t.periods), when: (values) => values.allowance === "yes" },
    { name: "travelCosts", label: t.placements.travelCosts, kind: "select", choices: yesNo },
    { name: "parentsSign", label: t.placements.parentsSign, kind: "check" },
    { name: "remarks", label: t.tips.note, kind: "textarea" },
  ];
  const step: Step<Placement> = {
    name: agreement ? t.placements.changeWords : t.placements.write, main: !agreement, fields, said: t.saved,
    read: (one) => readFor(intake.GET("/v1/placements/{placementId}/agreement", ofPlacement(one.id)), (now) => {
      was.current = now?.terms;
      return flat(asForm(now?.terms), fields);
    }),
    send: (one, { times, ...body }, tag) => {
      const lines = linesOf(times as Times, was.current, of.weekdays);
      return given(intake.PUT("/v1/placements/{placementId}/agreement", {
        params: { path: { placementId: one.id }, header: held(tag) },
        body: { ...asTerms(body, was.current), hours: lines.map(([, line]) => line) } as never,
      })).catch((error) => { throw error instanceof Refused ? atLines(error, lines) : error; });
    },
  };
  return <Steps id={`agreement-${of.id}`} of={of} steps={[step]} changed={changed} />;
}

const said = (known: boolean | null | undefined) => (known === true ? "yes" : known === false ? "no" : null);
const meant = (word: unknown) => (word === "yes" ? true : word === "no" ? false : null);

type Terms = Agreed["terms"] | undefined;
type Line = NonNullable<Agreed["terms"]["hours"]>[number];
type Times = Record<string, Record<number, Pick<Line, "startTime" | "endTime">>>;

/** A day may have several lines: the morning, and what follows a long break. */
const linesOn = (was: Terms, weekday: string) => (was?.hours ?? []).filter((line) => line.weekday === weekday);

/** The words as the form asks them: the lines of each day, yes or no, euros. */
function asForm(was: Terms): Values {
  const paid = was?.compensation;
  return {
    ...was, times: Object.fromEntries((was?.hours ?? []).map(({ weekday }) => [weekday, linesOn(was, weekday)])), allowance: said(was?.allowance),
    euros: paid?.amountCents == null ? null : paid.amountCents / 100, per: paid?.per, travelCosts: said(paid?.travelCosts),
  };
}

/** The lines back, each with the name of its fields: what the form does not show stays, an empty line goes, half of one is for the service to refuse. */
function linesOf(times: Times | undefined, was: Terms, days: readonly string[]): [string, Line][] {
  return days.flatMap((weekday) => {
    const known = linesOn(was, weekday);
    const typed = Object.values(times?.[weekday] ?? {});
    const lines = [...typed.map((one, at) => ({ ...known[at], weekday, ...one }) as Line), ...known.slice(typed.length)];
    return lines.map((line, at): [string, Line] => [`/times/${weekday}/${at}`, line]);
  }).filter(([, line]) => line.startTime || line.endTime);
}

/** What is wrong with a line stands at the fields of that line. */
function atLines({ problem, repeated }: Refused, lines: [string, Line][]): Refused {
  const errors = problem.errors?.map((one) => ({ ...one, pointer: one.pointer?.replace(/^\/hours\/(\d+)/, (as, at) => lines[Number(at)]?.[0] ?? as) }));
  return new Refused({ ...problem, errors }, repeated);
}

/** The other words back, and what the form does not show as it was. */
function asTerms({ insurance, allowance, euros, per, travelCosts, ...body }: Values, was: Terms): Values {
  const insured = insurance as { accidents: unknown; liability: unknown };
  const paid = meant(allowance) && euros !== null ? { amountCents: Math.round(Number(euros) * 100), per } : { amountCents: null };
  return {
    ...was, ...body, allowance: meant(allowance), compensation: { note: was?.compensation?.note ?? null, ...paid, travelCosts: meant(travelCosts) },
    insurance: insured.accidents && insured.liability ? insured : null,
  };
}

/** A file behind a token: fetched, then given to the browser as its own. */
async function download(placementId: string): Promise<void> {
  const call = intake.GET("/v1/placements/{placementId}/agreement/document", { ...ofPlacement(placementId), parseAs: "blob" });
  const href = URL.createObjectURL((await given(call)) as Blob);
  const link = Object.assign(document.createElement("a"), { href, download: "overeenkomst.pdf" });
  link.click();
  URL.revokeObjectURL(link.href);
}
