// What a front end does with the four services. It is compiled and never run: a document that makes a bad client fails.
import createClient from "openapi-fetch";
import type { components, operations, paths as Intake } from "./generated/intake.d.ts";
import type { paths as Matching } from "./generated/matching.d.ts";
import type { paths as Notifications } from "./generated/notifications.d.ts";
import type { paths as Analytics } from "./generated/analytics.d.ts";

const intake = createClient<Intake>({ baseUrl: "http://127.0.0.1:8101" });
const matching = createClient<Matching>({ baseUrl: "http://127.0.0.1:8102" });
const notifications = createClient<Notifications>({ baseUrl: "http://127.0.0.1:8103" });
const analytics = createClient<Analytics>({ baseUrl: "http://127.0.0.1:8104" });

export type Employer = components["schemas"]["EmployerResource"];
export type ListEmployers = NonNullable<operations["listEmployers"]["parameters"]["query"]>;

// a list, page by page; a filter has values or is left out, never null
export async function employersOf(region: string): Promise<Employer[]> {
  const found: Employer[] = [];
  let cursor: string | undefined;
  do {
    const query: ListEmployers = cursor === undefined ? { region: [region] } : { region: [region], cursor };
    const { data, error } = await intake.GET("/v1/employers", { params: { query } });
    if (error) throw new Error(error.detail);
    found.push(...data.items);
    cursor = data.next ?? undefined;
  } while (cursor !== undefined);
  return found;
}

// a body needs what is required, and nothing that has a default
export async function registerEmployer(name: string): Promise<{ id: string; location: string | null }> {
  const { data, error, response } = await intake.POST("/v1/employers", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { name, address: { postcode: "8232VT", place: "Lelystad" } },
  });
  if (error) throw new Error(`${error.title}: ${error.detail}`);
  return { id: data.id, location: response.headers.get("Location") };
}

// a change is a merge patch under If-Match: what is left out stays, null takes away
export async function forgetTelephone(employerId: string, etag: string): Promise<string> {
  const { data, error } = await intake.PATCH("/v1/employers/{employerId}", {
    params: { path: { employerId }, header: { "If-Match": etag } },
    body: { telephone: null },
  });
  if (error) throw new Error(error.detail);
  const kind: Employer["kind"] = data.kind;
  return kind;
}

// fields of an answer are always there, and null where nothing is known
export function describe(employer: Employer): string {
  const places: number | null = employer.placesPerYear;
  const exact: boolean = !employer.location.approximate;
  return `${employer.name} (${places ?? "?"}), ${exact ? "op het adres" : "in de plaats"}`;
}

export async function accept(proposalId: string): Promise<string> {
  const { data, error } = await matching.POST("/v1/proposals/{proposalId}/_accept", { params: { path: { proposalId } } });
  if (error) throw new Error(error.detail);
  return data.state;
}

export async function subscriptions(): Promise<number> {
  const { data } = await notifications.GET("/v1/subscriptions");
  return data?.items.length ?? 0;
}

export async function tables(): Promise<string[]> {
  const { data } = await analytics.GET("/v1/tables");
  return data?.items.map((table) => table.name) ?? [];
}

// @ts-expect-error — an employer cannot be registered without an address
export const incomplete: components["schemas"]["RegisterEmployer"] = { name: "Zonder adres" };
