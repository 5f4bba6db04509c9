// Whether the services can be reached, and who wants to know.
import { useEffect, useState } from "preact/hooks";

let offline = false;
const listeners = new Set<(offline: boolean) => void>();

export function setOffline(now: boolean): void {
  if (now === offline) return;
  offline = now;
  for (const tell of listeners) tell(now);
}

export function onConnection(tell: (offline: boolean) => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export function useOffline(): boolean {
  const [now, set] = useState(offline);
  useEffect(() => onConnection(set) as () => void, []);
  return now;
}
