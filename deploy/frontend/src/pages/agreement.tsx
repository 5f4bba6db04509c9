// The agreement of a placement: its words, who signs in which order, links to sign by, and the paper itself.
import { useState } from "preact/hooks";
import { type I, given, held, intake, readFor, useAsk } from "../api";
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
  const times = of.weekdays.flatMap((one): Field[] => [
    { name: `times/${one}/startTime`, label: `${weekdays([one])}: ${t.placements.begins}`, kind: "time" },
    { name: `times/${one}/endTime`, label: `${weekdays([one])}: ${t.placements.ends}`, kind: "time" },
  ]);
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
  let was: Agreed["terms"] | undefined = agreement?.terms;
  const step: Step<Placement> = {
    name: agreement ? t.placements.changeWords : t.placements.write, main: !agreement, fields, said: t.saved,
    read: (one) => readFor(intake.GET("/v1/placements/{placementId}/agreement", ofPlacement(one.id)), (now) => {
      was = now?.terms;
      return flat(asForm(was), fields);
    }),
    send: (one, body, tag) => given(intake.PUT("/v1/placements/{placementId}/agreement", {
      params: { path: { placementId: one.id }, header: held(tag) }, body: asTerms(body, was) as never,
    })),
  };
  return <Steps id={`agreement-${of.id}`} of={of} steps={[step]} changed={changed} />;
}

const said = (known: boolean | null | undefined) => (known === true ? "yes" : known === false ? "no" : null);
const meant = (word: unknown) => (word === "yes" ? true : word === "no" ? false : null);

/** The words as the form asks them: a line for each day, yes or no, euros. */
function asForm(was: Agreed["terms"] | undefined): Values {
  const paid = was?.compensation;
  return {
    ...was, times: Object.fromEntries((was?.hours ?? []).map((line) => [line.weekday, line])), allowance: said(was?.allowance),
    euros: paid?.amountCents == null ? null : paid.amountCents / 100, per: paid?.per, travelCosts: said(paid?.travelCosts),
  };
}

/** And back: a line for each day with both its times, and what the form does not show as it was. */
function asTerms({ times, insurance, allowance, euros, per, travelCosts, ...body }: Values, was: Agreed["terms"] | undefined): Values {
  const filled = Object.entries((times ?? {}) as Record<string, { startTime: string | null; endTime: string | null }>)
    .filter(([, one]) => one.startTime && one.endTime);
  const insured = insurance as { accidents: unknown; liability: unknown };
  const paid = meant(allowance) && euros !== null ? { amountCents: Math.round(Number(euros) * 100), per } : { amountCents: null };
  return {
    ...was, ...body, allowance: meant(allowance), compensation: { note: was?.compensation?.note ?? null, ...paid, travelCosts: meant(travelCosts) },
    insurance: insured.accidents && insured.liability ? insured : null,
    hours: filled.map(([weekday, one]) => ({ ...was?.hours?.find((line) => line.weekday === weekday), weekday, ...one })),
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
