// Code lists of the services, in the language of the page, and names of what ids stand for: each asked for once.
import { useEffect, useState } from "preact/hooks";
import { type I, all, given, intake } from "./api";
import { language } from "./words";

const kept = new Map<string, Promise<unknown>>();
export function once<T>(key: string, ask: () => Promise<T>): Promise<T> {
  if (!kept.has(key)) {
    const asked = ask();
    kept.set(key, asked);
    asked.catch(() => kept.delete(key));
  }
  return kept.get(key) as Promise<T>;
}

export function useOnce<T>(key: string | null, ask: () => Promise<T>): T | undefined {
  const [found, setFound] = useState<T>();
  useEffect(() => {
    let here = true;
    if (key) once(key, ask).then((value) => here && setFound(value), () => undefined);
    return () => void (here = false);
  }, [key]);
  return found;
}

export type Choices = [string, string][];

/** A code list as choices. */
export function useCodes(name: string): Choices {
  const list = useOnce(`codes ${name}`, () => given(intake.GET("/v1/code-lists/{name}", { params: { path: { name } } })));
  return (list?.items ?? []).map((item) => [item.code, language() === "en" ? item.en : item.nl]);
}

export const nameOf = (choices: Choices, code: string | null | undefined): string =>
  choices.find(([one]) => one === code)?.[1] ?? code ?? "";

export const useOffer = (offerId: string): I["OfferResource"] | undefined =>
  useOnce(`offer ${offerId}`, () => given(intake.GET("/v1/offers/{offerId}", { params: { path: { offerId } } })));

export const useEmployer = (employerId: string): I["EmployerResource"] | undefined =>
  useOnce(`employer ${employerId}`, () => given(intake.GET("/v1/employers/{employerId}", { params: { path: { employerId } } })));

export const useStudent = (studentId: string | null): I["StudentResource"] | undefined =>
  useOnce(studentId && `student ${studentId}`, () =>
    given(intake.GET("/v1/students/{studentId}", { params: { path: { studentId: studentId! } } })));

export const useSchools = (): I["SchoolResource"][] =>
  useOnce("schools", () => all((cursor) => intake.GET("/v1/schools", { params: { query: { cursor, limit: 200 } } }))) ?? [];
