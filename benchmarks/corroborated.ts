/**
 * Real incidents with more than one witness, in whole histories of which nothing was picked: does the real `oddrun replay` find them? A
 * table and a picture of each are kept.
 *
 *   node benchmarks/corroborated.ts
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  alertsBySeries,
  type FindingLine,
  type Incident,
  judge,
  type Judged,
  type Witness,
} from "./corroborated/judge.ts";
import { picture } from "./corroborated/plot.ts";
import { actionsSeries, benchmarkSeries, readTable, replayFile, type WholeSeries } from "./corroborated/series.ts";
import { readLines, runNode } from "./detection/protocol.ts";
import { writeBlock } from "./docs-block.ts";
import { machine } from "./machine.ts";
import { sharedPath } from "./shared-data.ts";

const RESULTS = join(import.meta.dirname, "results");
const IMAGES = join(import.meta.dirname, "../docs/images");
/** bitcoin-core's Windows job in October 2025: from usual to twice as slow, and back. */
const SHOWN_IN_DOCS_MS = Date.UTC(2025, 9, 3, 19, 7, 8);
const PROGRAM = join(import.meta.dirname, "../packages/oddrun/bin/oddrun.js");
const HOUR_MS = 3_600_000;
/** Series that show an incident may begin to a little before the time the survey gives, and a shift some days after. */
const BEFORE_MS = 6 * HOUR_MS;
const WITHIN_MS = 5 * 24 * HOUR_MS;
const RUNS_BEFORE = 110;
const RUNS_AFTER = 130;

/** What the survey says in words only: which way a level moved, and whose. */
const SHIFTS: readonly { readonly start: string; readonly direction: 1 | -1; readonly of: RegExp }[] = [
  { start: "2025-10-03T19:07:08", direction: 1, of: /^Windows native, VS 2022/ },
  { start: "2025-05-27T13:22:59", direction: 1, of: /^on-pr$/ },
  { start: "2025-04-02T20:17:03", direction: -1, of: /^on-/ },
  { start: "2021-08-12T12:20:53", direction: 1, of: /(diesel|self).*total time/ },
  { start: "2020-10-26T14:16:19", direction: -1, of: /(self|webrender).*total time/ },
  { start: "2021-01-08T04:08:44", direction: 1, of: /(webrender|ripgrep).*total time/ },
  { start: "2026-02-04", direction: -1, of: /./ },
];

interface Sighting {
  readonly dataset: string;
  readonly series: string;
  readonly kind: string;
  readonly startMs: number;
  readonly ratio: number | null;
}

/** What the survey's plain rule saw in single series: it names the series that show an incident. */
function sightings(file: string): readonly Sighting[] {
  return readTable(file).map((row) => ({
    dataset: row["dataset"]!,
    series: row["series"]!,
    kind: row["kind"]!,
    startMs: utc(row["start"]!),
    ratio: row["ratio"] === "" ? null : Number(row["ratio"]),
  }));
}

/** "2025-10-14 23:57:57", with T or Z or a day alone: all of them UTC. */
function utc(text: string): number {
  const iso = text.replace(" ", "T").replace(/Z$/, "");
  return Date.parse(iso.includes("T") ? `${iso}Z` : iso);
}

function incidentsOf(file: string, seen: readonly Sighting[], series: readonly WholeSeries[]): readonly Incident[] {
  return readTable(file).map((row): Incident => {
    const dataset = row["dataset"]!;
    const startMs = utc(row["start"]!);
    const endMs = row["end"] === "" ? null : utc(row["end"]!);
    const common = { dataset, what: row["what"]!, startMs, endMs };
    const from = startMs - BEFORE_MS;
    const to = row["kind"] === "failure_storm" ? (endMs ?? startMs) : startMs + WITHIN_MS;
    const shift = SHIFTS.find(({ start }) => start === row["start"]);
    const names = seen
      .filter((one) => one.dataset === dataset && one.kind === row["kind"] && one.startMs >= from && one.startMs <= to)
      .filter(({ ratio }) => shift === undefined || ratio === null || ratio > 1 === shift.direction > 0)
      .map((one) => one.series.replace(/ exec$/, ""));
    const witnesses = series.filter(
      (one) => one.dataset === dataset && names.includes(one.name) && (shift?.of ?? /./).test(one.name),
    );
    const kind =
      shift === undefined ? "failure-rate" : shift.direction > 0 ? "duration-regression" : "duration-improvement";
    return { ...common, kind, witnesses };
  });
}

function replay(folder: string, name: string, series: readonly WholeSeries[]): readonly FindingLine[] {
  const [input, output] = [join(folder, `${name}.csv`), join(folder, `${name}.jsonl`)];
  writeFileSync(input, replayFile(series));
  execFileSync(process.execPath, [PROGRAM, "replay", "--input", input, "--findings", output], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return readLines<FindingLine>(
    output,
    ({ kind }) => kind.startsWith("duration-regression") || kind === "duration-improvement" || kind === "failure-rate",
  );
}

/** The witness whose onset is nearest; where nothing was told, the one with most runs. */
function best({ witnesses }: Judged): Witness | undefined {
  const off = ({ onsetErrorRuns }: Witness): number =>
    onsetErrorRuns === null ? Number.POSITIVE_INFINITY : Math.abs(onsetErrorRuns);
  return witnesses.toSorted(
    (one, other) => off(one) - off(other) || other.series.runs.length - one.series.runs.length,
  )[0];
}

const KIND_WORDS = new Map([
  ["failure-rate", "failing"],
  ["duration-regression", "slower"],
  ["duration-improvement", "faster"],
]);

function row(judged: Judged, place: number): string {
  const { incident, witnesses, isFound, byChance } = judged;
  const shown = best(judged);
  const told = shown?.told ?? null;
  const toldIn = witnesses.filter((one) => one.told !== null).length;
  const wait = told === null || shown === undefined ? "" : waitText(shown);
  const cells = [
    `[${place + 1}](corroborated-${place + 1}.svg)`,
    incident.dataset,
    new Date(incident.startMs).toISOString().slice(0, 10),
    KIND_WORDS.get(incident.kind),
    incident.what,
    isFound ? "found" : "**missed**",
    `${toldIn} of ${witnesses.length}`,
    shown === undefined || told === null
      ? ""
      : `${signed(shown.onsetErrorRuns!)} runs, ${signed(Number(shown.onsetErrorDays!.toFixed(1)))} days`,
    wait,
    told === null
      ? ""
      : incident.kind === "failure-rate"
        ? `+${Math.round(100 * told.magnitude)} points`
        : `x${told.magnitude.toFixed(2)}`,
    told === null || told.recoveredAt === null ? "" : `after ${told.recoveredAt - told.onset} runs`,
    `${Math.round(100 * byChance)} %`,
  ];
  return `| ${cells.join(" | ")} |`;
}

const signed = (value: number): string => `${value > 0 ? "+" : ""}${value}`;

function waitText({ series, told, first }: Witness): string {
  const hours =
    (series.runs[told!.at]!.startedAtMs + series.runs[told!.at]!.durationS * 1000 - series.runs[first]!.startedAtMs) /
    3_600_000;
  return `${told!.at - first} runs, ${hours < 48 ? `${hours.toFixed(0)} hours` : `${(hours / 24).toFixed(1)} days`}`;
}

function toMarkdown(results: readonly Judged[]): string {
  const table = (wanted: (dataset: string) => boolean): readonly string[] => [
    "| | data set | start | kind | what the survey saw | | series that tell it | onset beside the known one | told after its first run | told as | recovered | by chance |",
    "|--:|---|---|---|---|---|--:|--:|--:|--:|--:|--:|",
    ...results.flatMap((one, place) => (wanted(one.incident.dataset) ? [row(one, place)] : [])),
    "",
  ];
  const actions = results.filter(({ incident }) => incident.dataset.startsWith("gha-"));
  const found = actions.filter(({ isFound }) => isFound).length;
  const missed = results.flatMap((one, place) => (one.isFound ? [] : [`- ${place + 1}: ${one.incident.what}`]));
  return [
    "# Real incidents with more than one witness",
    "",
    `Made by \`node benchmarks/corroborated.ts\` on ${machine()}: whole histories, nothing picked, all runs before an incident seen first, through the real`,
    "`oddrun replay` with its one setting. *Found*: an alert of that kind (score 1 or more) with its onset within 10 runs or 2 days of the known start, in at least one of the series that show",
    "the incident. *By chance*: the share of 500 random moments of the same series at which such an alert lies as near. The incidents were found by a plain rule and checked for a second witness: they are",
    "large, so finding all proves little; missing one would be a fault.",
    "",
    `GitHub Actions: **${found} of ${actions.length}** found.`,
    "",
    ...table((dataset) => dataset.startsWith("gha-")),
    "Benchmarks of builds, as extra:",
    "",
    ...table((dataset) => !dataset.startsWith("gha-")),
    ...(missed.length === 0 ? [] : ["Missed:", "", ...missed, ""]),
  ].join("\n");
}

/** For docs/detection.md. */
function block(results: readonly Judged[]): string {
  const found = (wanted: readonly Judged[]): string =>
    `${wanted.filter(({ isFound }) => isFound).length} of ${wanted.length}`;
  const isActions = ({ incident }: Judged): boolean => incident.dataset.startsWith("gha-");
  const link = "../benchmarks/results/corroborated-";
  return [
    `GitHub Actions: **${found(results.filter(isActions))}** found; benchmarks of builds, as extra: ${found(results.filter((one) => !isActions(one)))}. *Found*: an alert of that kind with its onset within 10 runs or 2 days of the known start; *by chance*: how often one lies as near to a random moment.`,
    "",
    "| | start | kind | what the survey saw | series that tell it | onset beside the known one | told after its first run | by chance |",
    "|---|---|---|---|--:|--:|--:|--:|",
    ...results.map((judged, place) => {
      const { incident, witnesses, isFound, byChance } = judged;
      const shown = best(judged);
      const told = shown?.told ?? null;
      const cells = [
        `[${incident.dataset}](${link}${place + 1}.svg)`,
        new Date(incident.startMs).toISOString().slice(0, 10),
        KIND_WORDS.get(incident.kind),
        incident.what,
        `${witnesses.filter((one) => one.told !== null).length} of ${witnesses.length}`,
        isFound ? `${signed(shown!.onsetErrorRuns!)} runs` : "**missed**",
        told === null ? "" : waitText(shown!),
        `${Math.round(100 * byChance)} %`,
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  ].join("\n");
}

function drawing(judged: Judged): string | null {
  const shown = best(judged);
  if (shown === undefined) return null;
  const { incident } = judged;
  const { series, first, told } = shown;
  const from = Math.max(0, Math.min(first, told?.onset ?? first) - RUNS_BEFORE);
  const to = Math.min(series.runs.length - 1, Math.max(first, told?.at ?? first) + RUNS_AFTER);
  return picture({
    title: `${incident.dataset}, ${series.name}: ${KIND_WORDS.get(incident.kind)}`,
    runs: series.runs,
    from,
    to,
    told,
    known: incident,
  });
}

function main(): void {
  const what = "the corroborated incidents";
  const survey = sharedPath("data/ci-survey/corroborated_incidents.csv", what);
  const visible = sharedPath("data/ci-survey/visible_incidents.csv", what);
  const scripts = sharedPath("eval/make-raw.mjs", what);
  const data = sharedPath("data", what);
  if (survey === null || visible === null || scripts === null || data === null) return;
  const folder = mkdtempSync(join(tmpdir(), "oddrun-corroborated-"));
  try {
    runNode({ folder: join(scripts, ".."), dataFolder: data }, "make-raw.mjs", ["--data", data, "--out", folder]);
    const actions = actionsSeries(join(folder, "runs.csv"));
    const benchmarks = benchmarkSeries(
      join(data, "bench-rust-analyzer/metrics.csv.gz"),
      join(data, "bench-rspack/daily.csv.gz"),
    );
    const findings = [...replay(folder, "actions", actions), ...replay(folder, "benchmarks", benchmarks)];
    const series = [...actions, ...benchmarks];
    const alerts = alertsBySeries(series, findings);
    const results = incidentsOf(survey, sightings(visible), series).map((incident) => judge(incident, alerts));
    const markdown = toMarkdown(results);
    process.stdout.write(markdown);
    writeBlock("incidents", block(results));
    writeFileSync(join(RESULTS, "corroborated.md"), markdown);
    const kept = results.map(({ incident, witnesses, ...rest }) => ({
      ...rest,
      ...incident,
      witnesses: witnesses.map(({ series, ...one }) => ({ series: series.name, runs: series.runs.length, ...one })),
    }));
    writeFileSync(
      join(RESULTS, "corroborated.json"),
      `${JSON.stringify({ machine: machine(), incidents: kept }, null, 1)}\n`,
    );
    for (const [place, one] of results.entries()) {
      const drawn = drawing(one);
      if (drawn === null) continue;
      writeFileSync(join(RESULTS, `corroborated-${place + 1}.svg`), drawn);
      if (one.incident.startMs === SHOWN_IN_DOCS_MS) writeFileSync(join(IMAGES, "change-bitcoin-core.svg"), drawn);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
