// The language of the page, its words, and how it writes dates.
import { en } from "./en";
import { nl } from "./nl";

export type Language = "nl" | "en";
const KEPT = "stagebrug-language";

let current: Language = localStorage.getItem(KEPT) === "en" ? "en" : "nl";
export const language = (): Language => current;
export let t = current === "en" ? en : nl;

export function speak(chosen: Language): void {
  current = chosen;
  t = chosen === "en" ? en : nl;
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen;
}
speak(current);

/** "3 dec 2026"; without a day "onbekend". */
export function day(iso: string | null | undefined): string {
  if (!iso) return t.unknown;
  return new Intl.DateTimeFormat(current, { day: "numeric", month: "short", year: "numeric" }).format(new Date(iso));
}

export const period = (from: string, to: string | null | undefined): string =>
  to ? `${day(from)} – ${day(to)}` : `${t.from} ${day(from)}`;

const WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const MONDAY = Date.UTC(2024, 0, 1);
/** "ma, di": any Monday tells how a language calls the days. */
export function weekdays(days: readonly string[]): string {
  const write = new Intl.DateTimeFormat(current, { weekday: "short", timeZone: "UTC" });
  return WEEK.filter((one) => days.includes(one))
    .map((one) => write.format(MONDAY + WEEK.indexOf(one) * 86_400_000))
    .join(", ");
}
export const weekdayChoices = (): [string, string][] => WEEK.map((one) => [one, weekdays([one])]);

export const today = (): string => inDays(0);
export function inDays(days: number): string {
  const then = new Date(Date.now() + days * 86_400_000);
  return `${then.getFullYear()}-${String(then.getMonth() + 1).padStart(2, "0")}-${String(then.getDate()).padStart(2, "0")}`;
}

export const choices = (codes: Record<string, string>): [string, string][] => Object.entries(codes);
export const named = (codes: Record<string, string>, code: string | null | undefined): string =>
  code ? (codes[code] ?? code) : t.unknown;
