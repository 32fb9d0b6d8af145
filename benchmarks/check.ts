/**
 * How often `check` calls a run slower that nothing was done to, and from which slow-down on it finds one, beside the rules that other
 * tools compare with: on quiet stretches of real histories, on bitcoin-core's pull requests, and in the simulated organisation.
 *
 *   node benchmarks/check.ts            keeps benchmarks/results/check.md and .json
 *   node benchmarks/check.ts --quick    every tenth try; only prints
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bitcoinTries } from "./check/bitcoin-jobs.ts";
import { quietSegments, quietTries } from "./check/quiet.ts";
import { simulatedChecks } from "./check/simulated.ts";
import { FACTORS, figuresOf, type RuleFigures, type Try } from "./check/tries.ts";
import { machine } from "./machine.ts";
import { sharedPath } from "./shared-data.ts";

const isQuick = process.argv.includes("--quick");
const RESULTS = join(import.meta.dirname, "results", "check");
const HISTORIES = [20, 60, 110];
const OWN_RUNS = [1, 2, 3];

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
const lines: string[] = [];
const results: Record<string, unknown> = {};

function table(title: string, tries: readonly Try[]): readonly RuleFigures[] {
  const figures = figuresOf(tries);
  lines.push(
    "",
    `${title}: ${tries.length} tries`,
    "",
    `| rule | called slower, unchanged | worst history | ${FACTORS.map((factor) => `x${factor}`).join(" | ")} |`,
    `|---|--:|--:|${FACTORS.map(() => "--:").join("|")}|`,
    ...figures.map(
      ({ name, triedCount, falseCount, worstShare, foundShares }) =>
        `| ${name} | ${percent(falseCount / Math.max(1, triedCount), 2)} (${falseCount} of ${triedCount}) | ${percent(worstShare)} | ${foundShares.map((share) => percent(share, 0)).join(" | ")} |`,
    ),
  );
  return figures;
}

const quietPath = sharedPath("data/ci-survey/quiet_runs.csv.gz", "quiet stretches");
if (quietPath !== null) {
  const segments = quietSegments(quietPath);
  lines.push(
    "",
    "## Quiet stretches of real histories (ci-survey: 182, picked by a rule for having no visible shift)",
    "",
    "Each run, and the next ones, as if they were a pull request's that changes nothing, against the 20, 60 or 110 passing runs before; then the same times longer.",
  );
  for (const usualCount of HISTORIES) {
    for (const ownCount of OWN_RUNS) {
      const tries = quietTries(segments, { ownCount, usualCount, every: isQuick ? 97 : 19 });
      const title = `${ownCount} ${ownCount === 1 ? "run" : "runs"} against ${usualCount}`;
      results[`quiet, ${title}`] = table(title, tries);
    }
  }
}

const bitcoinPath = sharedPath("data/gha-bitcoin-core/jobs.csv.gz", "jobs of pull requests");
if (bitcoinPath !== null) {
  lines.push(
    "",
    "## bitcoin-core: jobs of pull requests against those of master (gha-bitcoin-core)",
    "",
    "Nobody knows which of these pull requests changed a job's time (one that touches a header builds everything anew), so what is called slower here is no count of false alarms but an upper bound of it.",
  );
  for (const ownCount of OWN_RUNS) {
    const tries = bitcoinTries(bitcoinPath, { ownCount, every: isQuick ? 37 : 7 });
    results[`bitcoin-core, ${ownCount}`] = table(`${ownCount} of a branch, one job at a time`, tries);
  }
}

const simulated = await simulatedChecks({ seeds: isQuick ? [301] : [301, 302, 303], every: isQuick ? 40 : 12 });
results["simulated"] = simulated;
lines.push(
  "",
  "## The simulated organisation without its incidents: `checkRun` itself, whole runs and all of their jobs",
  "",
  `Every twelfth passing pull request's run of days 30 to 60 of seeds 301 to 303; the slow-downs are of the longest step of the longest job, in one, two or three runs of its branch.`,
  "",
  "| runs of the branch | checked | called slower, unchanged | called faster | too little history | x1.3 of that job | x1.5 | x2 | its step named at x2 |",
  "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
  ...simulated.map(
    ({ ownCount, checked, slower, faster, tooLittle, found, named }) =>
      `| ${ownCount} | ${checked} | ${percent(slower / checked, 2)} (${slower}) | ${percent(faster / checked, 2)} | ${percent(tooLittle / (checked + tooLittle))} | ${found.map((share) => percent(share, 0)).join(" | ")} | ${percent(named, 0)} |`,
  ),
);

const text = [
  "# Is this run slower: false alarms, and what is found",
  "",
  `\`node benchmarks/check.ts\`, ${machine()}. Raw figures in check.json. "Over 10 % above the last run" and its like are the rules by which common actions compare a pull request with the default branch; of several runs they take the mean. *Worst history*: the largest share of unchanged runs called slower in any history of 30 tries or more. A slow-down is found when the runs times that factor are called slower. The last line of a table is a rule that only hindsight can set: the median's, with the one ratio over all histories that makes it as quiet as check. Check sets a bound for each history from its own past. The options were chosen on these quiet stretches (every 17th try; here every 19th).`,
  ...lines,
  "",
].join("\n");
if (isQuick) process.stdout.write(text);
else {
  writeFileSync(`${RESULTS}.md`, text);
  writeFileSync(`${RESULTS}.json`, `${JSON.stringify(results, null, 2)}\n`);
}
