import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
 * `npm run bench:collect [-- --short]`: what collecting from GitHub takes in requests, time and memory. The program runs as a
 * process against the stand-in for GitHub, which is another. Writes benchmarks/results/collect.*; --short leaves the whole
 * organisation out and writes nothing.
 */
const RESULTS = join(import.meta.dirname, "results");
const OWNERS = ["octo-org", "other-org", "octo-dev"];
const ANSWER_MS = 150;
/** The program's own pace: at most 50 at once, then 800 a minute. */
const REQUESTS_AT_ONCE = 50;
const REQUESTS_PER_SECOND = 800 / 60;

interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly raw: object;
}

async function main(isShort: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-bench-collect-"));
  const startedMs = performance.now();
  const say = (text: string) =>
    process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(0)} s: ${text}\n`);
  const load = loadavg()[0] ?? 0;
  try {
    const sections = await measureSingle(folder, say);
    for (const { rows } of sections) process.stdout.write(`${table(rows)}\n`);
    if (isShort) return;
    const whole = await measureWhole(folder, say);
    process.stdout.write(`${table(whole.section.rows)}\n`);
    keep([...sections, whole.first, whole.section], load, (performance.now() - startedMs) / 1000);
    writeFileSync(join(RESULTS, "collect-memory.svg"), whole.plot);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureSingle(folder: string, say: (text: string) => void): Promise<Section[]> {
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

async function measureWhole(folder: string, say: (text: string) => void) {
  const standIn = await startStandIn("full");
  try {
    say("the first requests for all repositories");
    const first = await firstRequests(standIn, folder, OWNERS);
    say(`${standIn.runCount} runs of ${standIn.repositoryCount} repositories`);
    const { rows, raw, points } = await wholeOrganisation(standIn, folder, OWNERS);
    say("done");
    const title = `Memory of the collector, ${standIn.runCount.toLocaleString("en")} runs of ${standIn.repositoryCount} repositories`;
    return {
      first: { title: "The first requests, sixty repositories", rows: first.rows, raw: first.raw },
      section: { title: "Sixty repositories", rows, raw },
      plot: memoryPlot(points, title),
    };
  } finally {
    await standIn.close();
  }
}

function keep(sections: readonly Section[], load: number, tookS: number): void {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const date = new Date().toISOString().slice(0, 16);
  const about = { machine: machine(), v8: process.versions.v8, commit, date, load, tookS: Math.round(tookS) };
  const raw = Object.fromEntries(sections.map((section) => [section.title, section.raw]));
  writeFileSync(join(RESULTS, "collect.json"), `${JSON.stringify({ ...about, ...raw }, null, 1)}\n`);
  const sent = sections[0]!.rows[0]!.ours;
  const text = `# Collecting from GitHub

Written by \`npm run bench:collect\`. The program runs as users run it, with \`GITHUB_TOKEN\`, \`--api-url\` and \`--json\`, against the
stand-in for GitHub (\`npm run github-stand-in\`) in a process of its own. Waits are a thousandth of what they are with GitHub
(\`ODDRUN_WAIT_SCALE=0.001\`), so that seconds are the program's own. collect.json has every measurement and the memory of each second.

${about.machine}, V8 ${about.v8}, commit ${commit}, ${date} UTC, load ${load.toFixed(1)} at the start, ${about.tookS} s in all.

The least number of requests is counted from the generated history, not through the API: one for each page of 100 repositories of an
owner (or for the repository that is named), one for each 100 runs of a repository and at least one, one for each attempt before the
latest (the list does not show them), and one for each page of jobs of each completed attempt that had jobs (100 to a page; 80 where
a run has so many that GitHub answers 502 to more). No collector that knows every attempt and job can send fewer.

${sections.map(({ title, rows }) => `## ${title}\n\n${table(rows)}`).join("\n")}
![Memory of the collector](collect-memory.svg)

## With GitHub's limits

GitHub allows a token so many requests an hour, and the program sends at most ${REQUESTS_AT_ONCE} at once and ${number(REQUESTS_PER_SECOND)} a second after. From the
requests above, for 10,000 runs (${number(sent)} requests) that makes, computed and not measured:

| token | requests an hour | time until everything is there |
|---|--:|--:|
${[
  ["the Action's own GITHUB_TOKEN", 1000],
  ["a person's, or a GitHub App", 5000],
  ["of an Enterprise Cloud organisation", 15_000],
]
  .map(([token, limit]) => `| ${token} | ${number(Number(limit))} | ${span(secondsFor(sent, Number(limit)))} |`)
  .join("\n")}

With answers of ${ANSWER_MS} ms four requests under way make ${number((4 * 1000) / ANSWER_MS)} a second, more than that pace: one at a time would make ${number(1000 / ANSWER_MS)}.
`;
  writeFileSync(join(RESULTS, "collect.md"), text);
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

await main(process.argv.includes("--short"));
