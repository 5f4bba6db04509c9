// Why a student does not fit a place, or why so; and what a coordinator decides about the two, with a reason.
import { useState } from "preact/hooks";
import { type I, all, given, intake, matching, useAsk } from "../api";
import { nameOf, useCodes, useOffer } from "../codes";
import { happened } from "../live";
import { Card, Dutch, ProsAndCons, Shown, Tag } from "../ui/basics";
import type { Field } from "../ui/form";
import { type Step, Steps, Things } from "../ui/things";
import { choices, day, inDays, named, t } from "../words";
import { isToCome } from "./offers";

type Student = I["StudentResource"];

export function Fit({ student }: { student: Student }) {
  const [offerId, setOfferId] = useState("");
  const sectors = useCodes("sectors");
  const offers = useAsk(() => all((cursor) => intake.GET("/v1/offers", { params: { query: { region: student.region, state: "open", cursor, limit: 200 } } })), ["offers"], [student.id]);
  const pins = useAsk(() => given(matching.GET("/v1/students/{studentId}/pins", { params: { path: { studentId: student.id } } })).then((found) => found.items), ["proposals"], [student.id]);
  const found = (offers.data ?? []).filter(isToCome).sort((one, other) => one.employerName.localeCompare(other.employerName));
  return (
    <Card title={t.fit.title}>
      <label class="field"><span>{t.fit.offer}</span>
        <select value={offerId} onChange={(event) => setOfferId(event.currentTarget.value)}>
          <option value="">{t.fit.choose}</option>
          {found.map((one) => <option key={one.id} value={one.id}>{one.employerName}: {named(t.kinds, one.kind)}, {nameOf(sectors, one.sector)}</option>)}
        </select>
      </label>
      {offerId && <Judged key={offerId} student={student} offerId={offerId} decided={pins.reload} />}
      {(pins.data?.length ?? 0) > 0 && (
        <Things id={`pins-${student.id}`} title={t.fit.decided} empty="" asked={pins}
          row={(one) => ({ title: <OfferName id={one.offerId} />, sub: `${one.reason} · ${t.until} ${day(one.untilDate)}`, aside: <Tag tone={one.kind === "pin" ? "good" : "bad"}>{named(t.fit.kinds, one.kind)}</Tag> })}
          steps={[{ name: t.fit.drop, said: t.saved, send: (one) => given(matching.DELETE("/v1/pins/{pinId}", { params: { path: { pinId: one.id } } })) }]} />
      )}
    </Card>
  );
}

const OfferName = ({ id }: { id: string }) => <>{useOffer(id)?.employerName ?? "…"}</>;

function Judged({ student, offerId, decided }: { student: Student; offerId: string; decided: () => void }) {
  const asked = useAsk(() => given(matching.GET("/v1/students/{studentId}/offers/{offerId}/fit", { params: { path: { studentId: student.id, offerId } } })), ["proposals", "offers"], [offerId]);
  const fields: Field[] = [
    { name: "kind", label: t.fit.decision, kind: "select", choices: choices(t.fit.kinds), required: true },
    { name: "reason", label: t.employers.reason, kind: "textarea", required: true },
    { name: "untilDate", label: t.closures.end, kind: "date", required: true },
  ];
  const step: Step<string> = {
    name: t.fit.decide, fields, values: () => ({ untilDate: inDays(60) }), said: t.saved,
    send: (_, body) => given(matching.POST("/v1/students/{studentId}/pins", { params: { path: { studentId: student.id } }, body: { ...body, offerId } as never })),
  };
  return (
    <div class="thing">
      <Shown of={asked}>
        {(found) => (
          <>
            <p class={`note ${found.possible ? "good" : "wait"}`}>
              {found.possible ? t.fit.possible : t.fit.impossible}{" "}
              {found.proposed ? t.fit.proposed : found.possible && !found.withinCircle ? `${t.fit.later} ${named(t.steps, found.step)}.` : found.proposedElsewhere ? t.fit.elsewhere : ""}
            </p>
            <ProsAndCons label={t.fit.reasons} of={[
              ...found.obstacles.map((one) => ({ id: one.rule, text: <Dutch>{one.text}</Dutch> })),
              ...found.reasons.map((one) => ({ id: one.factor, plus: one.direction === "plus", text: <Dutch>{one.text}</Dutch> })),
            ]} />
          </>
        )}
      </Shown>
      <Steps id={`fit-${student.id}-${offerId}`} of={offerId} steps={[step]} changed={() => { decided(); happened(["proposals"]); }} />
    </div>
  );
}
