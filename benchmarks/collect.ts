import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { backfill, delayed } from "./bench/collect-backfill.ts";
import { firstRequests } from "./bench/collect-first.ts";
import { wholeOrganisation } from "./bench/collect-memory.ts";
import { number, type Row, table } from "./bench/collect-row.ts";
import { memoryPlot } from "./bench/memory-plot.ts";
import { startStandIn } from "./bench/stand-in-process.ts";
import { machine } from "./machine.ts";

/**
 * `npm run bench:collect [-- one | whole]`: what collecting from GitHub takes in requests, time and memory. The program runs as a
 * process against the stand-in for GitHub, which is another. Keeps the figures in benchmarks/results/collect.*; "one" measures
 * one repository only, "whole" the organisation only, and what the other gave last stays.
 */
const RESULTS = join(import.meta.dirname, "results");
const OWNERS = ["octo-org", "other-org", "octo-dev"];
const ANSWER_MS = 150;
/** The program's own pace: at most 50 at once, then 800 a minute. */
const REQUESTS_AT_ONCE = 50;
const REQUESTS_PER_SECOND = 800 / 60;

const PICTURE = "![Memory of the collector](collect-memory.svg)\n\n";

interface Measured {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly raw: object;
}

interface Section extends Measured {
  readonly machine: string;
  readonly v8: string;
  readonly commit: string;
  readonly date: string;
  /** Other work on the machine when it began: its load average over a minute. */
  readonly load: number;
}

type Say = (line: string) => void;
type Part = (folder: string, say: Say) => Promise<readonly Measured[]>;

const PARTS: Readonly<Record<string, Part>> = { one: measureOne, whole: measureWhole };

async function main(names: readonly string[]): Promise<number> {
  if (names.some((name) => !Object.hasOwn(PARTS, name))) {
    process.stderr.write(`The parts are ${Object.keys(PARTS).join(" and ")}.\n`);
    return 2;
  }
  const startedMs = performance.now();
  const say: Say = (line) =>
    process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(0)} s: ${line}\n`);
  for (const [name, measure] of Object.entries(PARTS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const folder = mkdtempSync(join(tmpdir(), "oddrun-bench-collect-"));
    const load = loadavg()[0] ?? 0;
    try {
      const measured = await measure(folder, say);
      for (const { rows } of measured) process.stdout.write(`${table(rows)}\n`);
      keep(measured.map((section) => ({ ...section, ...circumstances(), load })));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  say("done");
  return 0;
}

function circumstances() {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  return { machine: machine(), v8: process.versions.v8, commit, date: new Date().toISOString().slice(0, 16) };
}

async function measureOne(folder: string, say: Say): Promise<readonly Measured[]> {
  const standIn = await startStandIn("single");
  try {
    say("10,000 runs of one repository");
    const all = await backfill(standIn, folder, say);
    say("slow answers");
    const slow = await delayed(standIn, folder, ANSWER_MS);
    say("the first requests");
    const first = await firstRequests(standIn, folder, ["octo-org/app"]);
    return [
      { title: "Ten thousand runs of one repository", ...all },
      { title: "Slow answers", ...slow },
      { title: "The first requests, one repository", ...first },
    ];
  } finally {
    await standIn.close();
  }
}

async function measureWhole(folder: string, say: Say): Promise<readonly Measured[]> {
  const standIn = await startStandIn("full");
  try {
    say("the first requests for all repositories");
    const first = await firstRequests(standIn, folder, OWNERS);
    const about = `${standIn.runCount.toLocaleString("en")} runs of ${standIn.repositoryCount} repositories`;
    say(about);
    const { rows, raw, points } = await wholeOrganisation(standIn, folder, OWNERS);
    writeFileSync(join(RESULTS, "collect-memory.svg"), memoryPlot(points, `Memory of the collector, ${about}`));
    return [
      { title: "The first requests, sixty repositories", ...first },
      { title: "Sixty repositories", rows, raw },
    ];
  } finally {
    await standIn.close();
  }
}

const TITLES = [
  "Ten thousand runs of one repository",
  "Slow answers",
  "The first requests, one repository",
  "The first requests, sixty repositories",
  "Sixty repositories",
];

function kept(): readonly Section[] {
  try {
    return JSON.parse(readFileSync(join(RESULTS, "collect.json"), "utf8")) as readonly Section[];
  } catch {
    return [];
  }
}

/** Keeps these sections, and the others as they were. */
function keep(measured: readonly Section[]): void {
  const before = kept().filter(({ title }) => measured.every((section) => section.title !== title));
  const sections = [...before, ...measured].toSorted((a, b) => TITLES.indexOf(a.title) - TITLES.indexOf(b.title));
  writeFileSync(join(RESULTS, "collect.json"), `${JSON.stringify(sections)}\n`);
  const backfillRow = sections.find(({ title }) => title === TITLES[0])?.rows[0];
  const text = `# Collecting from GitHub

Written by \`npm run bench:collect\`. The program runs as users run it, with \`GITHUB_TOKEN\`, \`--api-url\` and \`--json\`, against the
stand-in for GitHub (\`npm run github-stand-in\`) in a process of its own. Waits are a thousandth of what they are with GitHub
(\`ODDRUN_WAIT_SCALE=0.001\`), so that seconds are the program's own. collect.json has every measurement and the memory of each second.

The least number of requests is counted from the generated history, not through the API: one for each page of 100 repositories of an
owner (or for the repository that is named), one for each 100 runs of a repository and at least one, one for each attempt before the
latest (the list does not show them), and one for each page of jobs of each completed attempt that had jobs (100 to a page; 80 where
a run has so many that GitHub answers 502 to more). No collector that knows every attempt and job can send fewer.

${sections.map(sectionText).join("\n")}
${sections.some(({ title }) => title === TITLES.at(-1)) ? PICTURE : ""}${backfillRow === undefined ? "" : limitsText(backfillRow.ours)}`;
  writeFileSync(join(RESULTS, "collect.md"), text);
}

function sectionText({ title, rows, machine, v8, commit, date, load }: Section): string {
  return `## ${title}

${machine}, V8 ${v8}, commit ${commit}, ${date} UTC, load ${load.toFixed(1)} at the start.

${table(rows)}`;
}

function limitsText(sent: number): string {
  const limits = [
    ["the Action's own GITHUB_TOKEN", 1000],
    ["a person's, or a GitHub App's", 5000],
    ["a GitHub App's in an Enterprise Cloud organisation", 15_000],
  ] as const;
  return `## With GitHub's limits

GitHub allows a token so many requests an hour, and the program sends at most ${REQUESTS_AT_ONCE} at once and then ${number(REQUESTS_PER_SECOND)} a second. For the
${number(sent)} requests that 10,000 runs took above, this makes, computed and not measured:

| token | requests an hour | until everything is there |
|---|--:|--:|
${limits.map(([token, limit]) => `| ${token} | ${number(limit)} | ${span(secondsFor(sent, limit))} |`).join("\n")}

Answers of ${ANSWER_MS} ms, four under way, would allow ${number((4 * 1000) / ANSWER_MS)} requests a second, more than that pace; one at a time would allow ${number(1000 / ANSWER_MS)}.
`;
}

/** All whole hours of the limit, and in the last one the program's pace. */
function secondsFor(requests: number, perHour: number): number {
  const hours = Math.ceil(requests / perHour) - 1;
  const rest = requests - hours * perHour;
  return hours * 3600 + Math.max(0, rest - REQUESTS_AT_ONCE) / REQUESTS_PER_SECOND;
}

function span(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

process.exitCode = await main(process.argv.slice(2));
