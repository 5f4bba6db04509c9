// Who is logged in, and which schools and regions that means.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type I, given, intake, useAsk } from "./api";
import type { Person } from "./auth";
import { type Choices, useSchools } from "./codes";
import type { Field } from "./ui/form";
import { t } from "./words";

export const Me = createContext<Person>(null as unknown as Person);
export const useMe = (): Person => useContext(Me);
export const useIsCoordinator = (): boolean => useMe().roles.includes("coordinator");

export function useMySchools(): I["SchoolResource"][] {
  const mine = useMe().schools;
  return useSchools().filter((school) => mine.includes(school.brin));
}

/** The regions to look in: one's own, or where one's schools lie. */
export function useMyRegions(): string[] {
  const me = useMe();
  const schools = useMySchools();
  return me.regions.length ? me.regions : [...new Set(schools.map((school) => school.region))];
}

/** Whose something new is, for its body: the region's, one's school's, or where one works for several what `asking` asks. */
export function useOwner(): { asking: Field[]; owner: object } {
  const [region] = useMyRegions();
  const schools = useMySchools();
  if (!useIsCoordinator()) return { asking: [], owner: { region } };
  if (schools.length < 2) return { asking: [], owner: { schoolId: schools[0]?.id } };
  const choices = schools.map((one): [string, string] => [one.id, one.name]);
  return { asking: [{ name: "schoolId", label: t.offers.school, kind: "select", required: true, choices }], owner: {} };
}

const MOST_CHOICES = 200;

/** Employers of the region to choose from; intermediaries see none. */
export function useEmployerChoices(): Choices {
  const [own] = useMyRegions();
  const region = useMe().roles.includes("intermediary") ? undefined : own;
  const query = { region: [region!], limit: MOST_CHOICES, fields: "id,name" };
  const asked = useAsk(
    () => region ? given(intake.GET("/v1/employers", { params: { query } })).then((found) => found.items) : Promise.resolve([]),
    ["employers"], [region],
  );
  return (asked.data ?? []).map((one) => [one.id, one.name]);
}
