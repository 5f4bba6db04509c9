// A map without tiles: points where employers are, and names of towns between them.
import { Link } from "wouter-preact";
import type { I } from "../api";
import { t } from "../words";

type Employer = I["EmployerResource"];
const WIDTH = 640;
const MOST_HEIGHT = 480;
const EDGE = 36;

/** Longitudes shrink with the cosine of the latitude; that of the middle of the country is near enough. */
const SHRINK = Math.cos((52.2 * Math.PI) / 180);

export function Points({ of }: { of: Employer[] }) {
  if (!of.length) return null;
  const flat = of.map((one) => ({ one, x: one.location.longitude * SHRINK, y: -one.location.latitude }));
  const [left, right] = [Math.min(...flat.map((p) => p.x)), Math.max(...flat.map((p) => p.x))];
  const [top, bottom] = [Math.min(...flat.map((p) => p.y)), Math.max(...flat.map((p) => p.y))];
  const scale = Math.min((WIDTH - 2 * EDGE) / (right - left || 1), (MOST_HEIGHT - 2 * EDGE) / (bottom - top || 1));
  const height = (bottom - top) * scale + 2 * EDGE;
  const shift = (WIDTH - (right - left) * scale) / 2;
  const at = (p: { x: number; y: number }) => ({ x: (p.x - left) * scale + shift, y: (p.y - top) * scale + EDGE });
  const towns = new Map<string, { x: number; y: number; count: number }>();
  for (const p of flat) {
    const place = p.one.address?.place;
    if (!place) continue;
    const town = towns.get(place) ?? { x: 0, y: 0, count: 0 };
    towns.set(place, { x: town.x + p.x, y: town.y + p.y, count: town.count + 1 });
  }
  return (
    <svg class="map" viewBox={`0 0 ${WIDTH} ${Math.max(height, 160)}`} role="group" aria-label={t.employers.mapLabel(of.length)}>
      {[...towns].map(([name, town]) => {
        const { x, y } = at({ x: town.x / town.count, y: town.y / town.count });
        return <text key={name} x={x} y={y - 14} text-anchor="middle" aria-hidden="true">{name}</text>;
      })}
      {flat.map((p) => {
        const { x, y } = at(p);
        return (
          <Link key={p.one.id} href={`/employers/${p.one.id}`} aria-label={p.one.name} class={p.one.pause ? "paused" : ""}>
            <circle cx={x} cy={y} r="8"><title>{p.one.name}</title></circle>
          </Link>
        );
      })}
    </svg>
  );
}
