import { quantile } from "@oddrun/core";
import type { Told } from "./judge.ts";
import type { SeriesRun } from "./series.ts";

const WIDTH = 860;
const HEIGHT = 380;
const LEFT = 58;
const RIGHT = 16;
const TOP = 68;
const STRIP = 46;
const BOTTOM = 92;
const PLOT_BOTTOM = HEIGHT - BOTTOM;
const STRIP_TOP = PLOT_BOTTOM + 12;
const LEVEL_RUNS = 40;
const RATE_RUNS = 20;
const LABELS_MAX = 6;

const COLOURS = {
  passed: "#3b6fb6",
  failed: "#c2410c",
  level: "#222",
  told: "#b91c1c",
  onset: "#d97706",
  recovered: "#15803d",
};

export interface Picture {
  readonly title: string;
  readonly runs: readonly SeriesRun[];
  /** First and last run shown, from 0. */
  readonly from: number;
  readonly to: number;
  readonly told: Told | null;
  /** What is known to have happened; null where nothing did. */
  readonly known: { readonly startMs: number; readonly endMs: number | null } | null;
}

/** Runs in their order, with the level in force, the level told, and the moments at which something was said. */
export function picture({ title, runs, from, to, told, known }: Picture): string {
  const shown = runs.slice(from, to + 1);
  const sorted = Float64Array.from(shown, ({ durationS }) => durationS / 60).sort();
  const top = Math.min(sorted.at(-1)!, quantile(sorted, 0.98) * 1.25) * 1.05;
  const x = (place: number): number => LEFT + ((place - from + 0.5) / shown.length) * (WIDTH - LEFT - RIGHT);
  const y = (minutes: number): number => PLOT_BOTTOM - (Math.min(minutes, top) / top) * (PLOT_BOTTOM - TOP);
  const step = niceStep(top / 4);
  const grid = Array.from({ length: Math.floor(top / step) + 1 }, (_, at) => at * step).map(
    (minutes) =>
      `<path d="M${LEFT} ${y(minutes).toFixed(1)}H${WIDTH - RIGHT}" stroke="#e5e7eb"/><text x="${LEFT - 6}" y="${y(minutes).toFixed(1)}" text-anchor="end" dy="4">${label(minutes)}</text>`,
  );
  const dots = shown.map(({ durationS, hasFailed }, index) => {
    const [cx, cy] = [x(from + index).toFixed(1), y(durationS / 60).toFixed(1)];
    return hasFailed
      ? `<path d="M${cx} ${cy}m-3 -3l6 6m0 -6l-6 6" stroke="${COLOURS.failed}" fill="none"/>`
      : `<circle cx="${cx}" cy="${cy}" r="2.2" fill="${COLOURS.passed}"/>`;
  });
  const dates = Array.from({ length: LABELS_MAX }, (_, at) => {
    const place = from + Math.round(((at + 0.5) / LABELS_MAX) * (shown.length - 1));
    const date = new Date(runs[place]!.startedAtMs).toISOString().slice(0, 10);
    return `<text x="${x(place).toFixed(1)}" y="${HEIGHT - 22}" text-anchor="middle">${date}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">
<title>${escaped(title)}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${known === null ? "" : shade(runs, from, to, known, x)}
${grid.join("\n")}
${dots.join("\n")}
${told === null || told.kind === "failure-rate" ? "" : levels(runs, told, from, to, x, y)}
${told === null ? "" : moments(told, from, to, x)}
${failureStrip(runs, from, to, x)}
${dates.join("\n")}
<text x="${LEFT}" y="20" font-size="14">${escaped(title)}</text>
<text x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">one mark a run, in order; minutes; × failed; grey: what is known to have happened; below: share of failed runs among ${RATE_RUNS}</text>
</svg>
`;
}

function shade(
  runs: readonly SeriesRun[],
  from: number,
  to: number,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number | null },
  x: (place: number) => number,
): string {
  const first = runs.findIndex(({ startedAtMs }) => startedAtMs >= startMs);
  const after = endMs === null ? -1 : runs.findIndex(({ startedAtMs }) => startedAtMs > endMs);
  const left = x(Math.max(from, first) - 0.5);
  const right = x(Math.min(to + 0.5, after < 0 ? to + 0.5 : after - 0.5));
  return `<rect x="${left.toFixed(1)}" y="${TOP}" width="${Math.max(2, right - left).toFixed(1)}" height="${PLOT_BOTTOM - TOP}" fill="#e5e7eb" opacity="0.7"/>`;
}

/** Medians of the passing runs: of the 40 before the onset, and of those from it until the recovery or the edge. */
function levels(
  runs: readonly SeriesRun[],
  { onset, recoveredAt }: Told,
  from: number,
  to: number,
  x: (place: number) => number,
  y: (minutes: number) => number,
): string {
  const line = (first: number, last: number, of: readonly SeriesRun[]): string => {
    const passing = Float64Array.from(
      of.filter(({ hasFailed }) => !hasFailed),
      ({ durationS }) => durationS / 60,
    ).sort();
    if (passing.length === 0) return "";
    return `<path d="M${x(first).toFixed(1)} ${y(quantile(passing, 0.5)).toFixed(1)}H${x(last).toFixed(1)}" stroke="${COLOURS.level}" stroke-width="2"/>`;
  };
  const before = runs
    .slice(0, onset)
    .filter(({ hasFailed }) => !hasFailed)
    .slice(-LEVEL_RUNS);
  const end = Math.min(to, recoveredAt ?? to);
  return line(from, onset - 0.5, before) + line(onset - 0.5, end, runs.slice(onset, end + 1));
}

function moments(told: Told, from: number, to: number, x: (place: number) => number): string {
  const said: readonly (readonly [number | null, string, string])[] = [
    [told.onset, "onset, as told", COLOURS.onset],
    [told.suspectedAt, "suspected", COLOURS.onset],
    [told.at, "told", COLOURS.told],
    [told.recoveredAt, "recovered", COLOURS.recovered],
  ];
  return said
    .filter(([place]) => place !== null && place >= from && place <= to)
    .map(([place, words, colour], row) => {
      const at = x(place!).toFixed(1);
      const dash = words.startsWith("onset") ? ' stroke-dasharray="4 3"' : "";
      const labelY = 31 + row * 10;
      const isLate = Number(at) > WIDTH - 130;
      return `<path d="M${at} ${labelY + 2}V${PLOT_BOTTOM}" stroke="${colour}"${dash}/><text x="${at}" y="${labelY}" dx="${isLate ? -4 : 4}" text-anchor="${isLate ? "end" : "start"}" fill="${colour}" font-size="11">${words}</text>`;
    })
    .join("\n");
}

function failureStrip(runs: readonly SeriesRun[], from: number, to: number, x: (place: number) => number): string {
  const points: string[] = [];
  for (let place = from; place <= to; place++) {
    const recent = runs.slice(Math.max(0, place - RATE_RUNS + 1), place + 1);
    const share = recent.filter(({ hasFailed }) => hasFailed).length / recent.length;
    points.push(`${x(place).toFixed(1)} ${(STRIP_TOP + STRIP - 10 - share * (STRIP - 10)).toFixed(1)}`);
  }
  const base = STRIP_TOP + STRIP - 10;
  return `<path d="M${LEFT} ${base}H${WIDTH - RIGHT}" stroke="#e5e7eb"/><path d="M${points.join("L")}" fill="none" stroke="${COLOURS.failed}"/><text x="${LEFT - 6}" y="${STRIP_TOP + 6}" text-anchor="end">100 %</text>`;
}

function niceStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const lead = wanted / power;
  return power * (lead > 5 ? 10 : lead > 2 ? 5 : lead > 1 ? 2 : 1);
}

const label = (minutes: number): string => String(Number(minutes.toPrecision(3)));

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
