import type { MinutesAccount, MinutesPart } from "@oddrun/core";
import type { ChangePicture } from "../report/report-changes-picture.ts";
import { cut, printable } from "../text/visible-text.ts";

/**
 * Charts that GitHub draws from text in summaries, comments and issues (docs.github.com, "Creating diagrams"; syntax:
 * mermaid.js.org/syntax/xyChart.html). No name from outside gets in but as `mermaidLabel` leaves it.
 */

const LABEL_CHARS = 30;
const POINTS = 30;
const DAY_MS = 86_400_000;
const BARS_MIN = 3;
const BARS_MAX = 7;
const BAR_MS_MIN = 1000;
/** Blue, green and red that can be told apart on white and on black. */
const [BLUE, GREEN, RED] = ["#3b8eea", "#2da44e", "#e5534b"] as const;

/**
 * A text from outside as a label: letters, digits and what Mermaid gives no meaning to within quotes, and no word that its parser
 * takes for its own. What else there was is a space.
 */
export function mermaidLabel(text: string, charsMax = LABEL_CHARS): string {
  const plain = printable(text, 4 * charsMax)
    .replace(/[^\p{L}\p{M}\p{N} ._/+-]+/gu, " ")
    .replace(/-{2,}/g, "-")
    .replace(/ {2,}/g, " ")
    .trim();
  return plain === "" ? "unnamed" : cut(plain, charsMax).replace("…", "..");
}

const fenced = (heightPx: number, colours: readonly string[], lines: readonly string[]): readonly string[] => [
  "```mermaid",
  `%%{init: {"xyChart": {"width": 820, "height": ${heightPx}}, "themeVariables": {"xyChart": {"backgroundColor": "transparent", "plotColorPalette": "${colours.join(",")}"}}}}%%`,
  ...lines,
  "```",
];

/** The runs of a change over time, the usual level and the level since; none of what is no stretch of time or share. */
export function seriesChart(picture: ChangePicture): readonly string[] {
  const scale = scaleOf(picture);
  const { dots, usual, level, onsetMs, overAtMs, untilMs } = picture;
  const fromMs = Math.min(dots[0]!.atMs, onsetMs);
  const widthMs = Math.max(DAY_MS, untilMs - fromMs) / POINTS;
  const runs: number[] = [];
  const levels: number[] = [];
  for (let point = 0; point < POINTS; point++) {
    const [startMs, endMs] = [fromMs + point * widthMs, fromMs + (point + 1) * widthMs];
    const isLast = point === POINTS - 1;
    const own = dots.filter(({ atMs }) => atMs >= startMs && (atMs < endMs || isLast)).map(({ value }) => value);
    // a stretch without runs goes on as it was
    runs.push(own.length === 0 ? (runs.at(-1) ?? usual) : median(own));
    levels.push(endMs > onsetMs && (overAtMs === null || startMs < overAtMs) ? level : usual);
  }
  const high = Math.max(...runs, usual, level) * 1.1 * scale.factor;
  const list = (values: readonly number[]): string =>
    `[${values.map((value) => rounded(value * scale.factor)).join(", ")}]`;
  const daysAgo = rounded(Math.max(DAY_MS, untilMs - fromMs) / DAY_MS);
  return fenced(
    280,
    [GREEN, RED, BLUE],
    [
      "xychart-beta",
      `  x-axis "days, up to ${new Date(untilMs).toISOString().slice(0, 10)}" -${daysAgo} --> 0`,
      `  y-axis "${scale.unit}" 0 --> ${rounded(high) || 1}`,
      `  line ${list(runs.map(() => usual))}`,
      `  line ${list(levels)}`,
      `  line ${list(runs)}`,
    ],
  );
}

/** What the colours of `seriesChart` mean. */
export const SERIES_CHART_KEY = "Blue: the runs. Green: the usual level. Red: the level since.";

function scaleOf({ series, usual, level }: ChangePicture): { readonly factor: number; readonly unit: string } {
  switch (series.measure) {
    case "failure":
      return { factor: 100, unit: "% of runs fail" };
    case "cost":
      return { factor: 1e-6, unit: "US dollars" };
    case "metric":
      return { factor: 1, unit: mermaidLabel(series.part) };
    case "duration":
    case "queue-time":
    case "schedule":
      return spanScale(Math.max(usual, level));
  }
  return { factor: 1, unit: "" };
}

function spanScale(ms: number): { readonly factor: number; readonly unit: string } {
  if (ms < 120_000) return { factor: 1e-3, unit: "seconds" };
  if (ms < 3 * 3_600_000) return { factor: 1 / 60_000, unit: "minutes" };
  return ms < 3 * DAY_MS ? { factor: 1 / 3_600_000, unit: "hours" } : { factor: 1 / DAY_MS, unit: "days" };
}

/** Where extra time lies, as bars; none where a sentence tells it as well. What takes less than before is no bar: Mermaid draws none to the left. */
export function accountChart({ parts }: MinutesAccount): readonly string[] {
  const told = parts.filter(({ kind, ms }) => kind !== "unexplained" && ms >= BAR_MS_MIN);
  if (told.length < BARS_MIN) return [];
  const bars = told.slice(0, BARS_MAX);
  const { factor, unit } = spanScale(bars[0]!.ms);
  const values = bars.map(({ ms }) => rounded(ms * factor));
  const labels = unique(bars.map(partLabel)).map((label) => `"${label}"`);
  return fenced(
    90 + 32 * bars.length,
    [BLUE],
    [
      "xychart-beta horizontal",
      `  x-axis [${labels.join(", ")}]`,
      `  y-axis "${unit} more than usual" 0 --> ${values[0]!}`,
      `  bar [${values.join(", ")}]`,
    ],
  );
}

const partLabel = ({ kind, job, step }: MinutesPart): string => {
  if (kind === "queue") return "waiting for a runner";
  if (kind === "path") return "other jobs decide";
  if (kind === "re-runs") return "earlier attempts";
  if (kind === "between-jobs") return "between jobs";
  return mermaidLabel(step ?? job ?? "work");
};

/** Bars are told apart by their labels. */
function unique(labels: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return labels.map((label) => {
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    return count === 1 ? label : `${label} ${count}`;
  });
}

/** Four digits, and never so small or large that it is written with an exponent, which Mermaid does not read. */
const rounded = (value: number): number => {
  const size = Math.abs(value);
  return size < 1e-6 ? 0 : Number(Math.max(-1e15, Math.min(1e15, value)).toPrecision(4));
};

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const [low, high] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  return (low + high) / 2;
}
