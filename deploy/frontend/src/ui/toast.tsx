// What was done just now, and how to take it back.
import { useEffect, useState } from "preact/hooks";
import { Refused } from "../api";
import { t } from "../words";
import { sentence } from "./basics";

interface Said {
  id: number;
  text: string;
  undo?: () => void;
}

const STAYS_MS = 9000;
let told: (said: Said[]) => void = () => undefined;
let current: Said[] = [];
let count = 0;

/** Say what was done; pressing its undo takes the words away, and what it refuses is said. */
export function say(text: string, undo?: () => unknown): () => void {
  const said: Said = { id: ++count, text };
  const take = () => told((current = current.filter((one) => one.id !== said.id)));
  if (undo) said.undo = () => {
    if (!current.includes(said)) return; // pressed before
    take();
    void orSaid(async () => undo());
  };
  told((current = [...current, said]));
  setTimeout(take, STAYS_MS);
  return take;
}

/** Do something; a refusal is said. */
export async function orSaid(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(sentence(error.problem));
  }
}

/** Do something after a while in which it can be taken back; at once when the page is left. */
export function later(text: string, act: () => void, takenBack: () => void, wait = 6000): void {
  const over = () => {
    clearTimeout(timer);
    removeEventListener("pagehide", now);
  };
  const now = () => {
    over();
    take(); // from here on it cannot be taken back
    act();
  };
  const timer = setTimeout(now, wait);
  addEventListener("pagehide", now);
  const take = say(text, () => {
    over();
    takenBack();
    say(t.proposals.undone);
  });
}

export function Toasts() {
  const [said, setSaid] = useState(current);
  useEffect(() => {
    told = setSaid;
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {said.map((one) => (
        <div class="toast" key={one.id}>
          <span>{one.text}</span>
          {one.undo && <button onClick={one.undo}>{t.undo}</button>}
        </div>
      ))}
    </div>
  );
}
