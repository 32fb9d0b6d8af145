import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  cutToBudget,
  falseAlarmsPer1000,
  inject,
  type Injection,
  type ReplayAlert,
  type ReplayedHistory,
  type ReplayIncident,
  scoreVariants,
  seededRandom,
  type SeededRandom,
} from "@oddrun/core";
import { sharedPath } from "./shared-data.ts";

interface Truth {
  readonly series: string;
  readonly family: string;
  readonly size: number;
  readonly length: number | null;
  readonly segment: string;
  readonly offset: number;
  readonly runs: number;
  readonly first_run: number;
  readonly incidents: readonly {
    readonly kind: string;
    readonly start_run: number;
    readonly end_run: number;
    readonly within: number;
    readonly part?: string;
    readonly recovers?: boolean;
  }[];
}

interface Finding {
  readonly series: string;
  readonly kind: string;
  readonly detected_at_run: number;
  readonly onset_run: number;
  readonly score: number;
  readonly incident: string;
  readonly state?: string;
}

/** The protocol's own programs, as far as they are compared with. */
interface Scorer {
  readonly ACCEPTED: Record<string, readonly string[]>;
  readonly STREAM_OF: Record<string, string>;
  variantName(truth: Truth, incident: Truth["incidents"][number]): string;
  scoreFindings(truth: readonly Truth[], findings: readonly Finding[]): Scored;
}
interface Scored {
  readonly falseAlarms: { readonly duration: { readonly per1000: number } };
  readonly variants: Record<string, TheirVariant>;
  readonly variantsAtHeadline: Record<string, TheirVariant>;
}
interface TheirVariant {
  readonly cases: number;
  readonly recall: number;
  readonly delayMedian: number | null;
  readonly delayP90: number | null;
  readonly onsetErrorMedian: number | null;
  readonly duplicatesPerHit: number | null;
  readonly recoveredShare: number | null;
}
interface Library {
  randomFrom(seed: string): { uniform(): number; integer(low: number, high: number): number };
}

interface Run {
  readonly durationMs: number;
  readonly hasFailed: boolean;
}

const folder = mkdtempSync(join(tmpdir(), "oddrun-protocol-"));
after(() => rmSync(folder, { recursive: true }));
const WARM_UP = { warmUpRunCount: 60 };

async function protocol() {
  const scorer = sharedPath("eval/score.mjs", "the comparison with the replay protocol");
  const background = sharedPath("data/ci-survey", "the comparison with the replay protocol");
  if (scorer === null || background === null) return null;
  const load = (name: string): Promise<unknown> => import(pathToFileURL(join(scorer, "..", name)).href);
  const make = [join(scorer, "..", "make-cases.mjs"), "--background", background, "--out", folder];
  execFileSync(process.execPath, [...make, "--limit", "6"]);
  const truth = lines("truth.jsonl") as readonly Truth[];
  const runs = Map.groupBy(readFileSync(join(folder, "runs.csv"), "utf8").trimEnd().split("\n").slice(1), (line) =>
    line.slice(0, line.indexOf(",")),
  );
  const runsOf = (series: string): readonly Run[] =>
    runs.get(series)!.map((line) => {
      const cells = line.split(",");
      return { durationMs: Number(cells[10]) * 1000, hasFailed: cells[11] !== "success" };
    });
  const [theirs, library] = [(await load("score.mjs")) as Scorer, (await load("lib.mjs")) as Library];
  return { scorer: theirs, library, truth, runsOf };
}

function lines(name: string): readonly unknown[] {
  const text = readFileSync(join(folder, name), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

/** The protocol's families in our words; null for those that are made otherwise. */
function injectionOf({ family, size, length, incidents }: Truth): Injection | null {
  const runCount = length!;
  if (family === "step" || family === "faster") return { kind: "step", factor: size };
  if (family === "recover") return { kind: "passing-step", factor: size, runCount };
  if (family === "ramp" || family === "drift") return { kind: "ramp", factor: size, runCount };
  if (family === "two-steps") return { kind: "two-steps", factor: size, runCount };
  if (family === "drop") return { kind: "hollow", factor: size, runCount };
  if (family === "failures") return { kind: "failures", rise: size, runCount };
  if (family === "variance") return { kind: "variance", factor: size };
  if (family !== "spike" && family !== "spike-pair" && family !== "drop-once") return null;
  const [first, second] = incidents;
  const gap = second === undefined ? 0 : second.start_run - first!.start_run;
  return { kind: "odd-run", factor: size, gap };
}

test("injections put the same into a history as the replay protocol's own, to its last written digit", async (t) => {
  const made = await protocol();
  if (made === null) return t.skip("no shared data");
  const { library, truth, runsOf } = made;
  const clean = new Map(
    truth.filter(({ family }) => family === "none").map((one) => [one.segment, runsOf(one.series)]),
  );
  const compared = new Map<string, number>();
  for (const one of truth) {
    const injection = injectionOf(one);
    if (injection === null) continue;
    const whole = clean.get(one.segment)!;
    const onset = one.incidents[0]!.start_run - one.first_run;
    const part = whole.slice(one.offset, one.offset + one.runs);
    // Failures are drawn from the whole history's failed runs, the rest is made in the part that is written.
    const drawn = library.randomFrom(`1/${one.family}/${one.size}/${one.length}/${one.segment}`);
    const random: SeededRandom = { next: () => drawn.uniform(), integer: (below) => drawn.integer(0, below - 1) };
    const history =
      injection.kind === "failures"
        ? inject(whole, injection, one.offset + onset, random).runs.slice(one.offset, one.offset + one.runs)
        : inject(part, injection, onset, seededRandom(1)).runs;
    const expected = runsOf(one.series);
    for (const [place, run] of history.entries()) {
      const off = Math.abs(run.durationMs / expected[place]!.durationMs - 1);
      assert.ok(
        off < 2e-5,
        `${one.family} ${one.series} run ${place}: ${run.durationMs}, ${expected[place]!.durationMs}`,
      );
      assert.equal(run.hasFailed, expected[place]!.hasFailed, `${one.family} ${one.series} run ${place}`);
    }
    compared.set(injection.kind, (compared.get(injection.kind) ?? 0) + 1);
  }
  assert.equal(compared.size, 8, [...compared].join(" "));
});

/** Findings by chance, with every state a line can have: more about incidents than elsewhere. */
function findingsByChance(truth: readonly Truth[], random: SeededRandom): readonly Finding[] {
  const kinds = ["duration-regression", "duration-improvement"];
  return truth.flatMap((one) =>
    Array.from({ length: random.integer(4) }, (_, number) => {
      const incident = one.incidents[random.integer(Math.max(1, one.incidents.length))];
      const from = incident === undefined || random.next() < 0.2 ? one.first_run : incident.start_run;
      const left = one.first_run + one.runs - from;
      const at = from + random.integer(Math.min(left, 60));
      const score = 1 + random.next() * 5;
      const base = {
        series: one.series,
        incident: `i${number}`,
        onset_run: Math.max(one.first_run, at - random.integer(15)),
      };
      const kind = incident !== undefined && random.next() < 0.8 ? incident.kind : kinds[random.integer(2)]!;
      const found: Finding[] = [];
      const say = (after: number, more: number, state?: string) =>
        found.push({ ...base, kind, detected_at_run: at + after, score: score + more, ...(state && { state }) });
      if (random.next() < 0.3) say(0, 0, "suspected");
      say(1, 0);
      if (random.next() < 0.5) say(5, random.next() * 4 - 1);
      if (random.next() < 0.5) say(random.integer(60), 0, "recovered");
      return found;
    }).flat(),
  );
}

function asHistories(scorer: Scorer, truth: readonly Truth[], findings: readonly Finding[]) {
  const bySeries = Map.groupBy(findings, ({ series }) => series);
  return truth.map((one) => {
    const place = (run: number): number => run - one.first_run;
    const alerts = Map.groupBy(bySeries.get(one.series) ?? [], ({ incident }) => incident);
    const incidents = one.incidents
      .filter(({ kind }) => kind !== "none" && kind !== "silence")
      .map((incident): ReplayIncident => {
        const about =
          incident.part === "first" ? incident.end_run : Math.max(incident.end_run, incident.start_run) + 40;
        return {
          variant: scorer.variantName(one, incident),
          firstRun: place(incident.start_run),
          lastRun: place(incident.end_run),
          accepts: scorer.ACCEPTED[incident.kind]!,
          withinRunCount: incident.within,
          recovers: incident.recovers ?? false,
          aboutUntilRun: Math.min(one.runs - 1, place(about)),
        };
      });
    return {
      family: one.family,
      runCount: one.runs,
      incidents,
      alerts: [...alerts.values()].map((lines) => asAlert(lines, place)).filter((alert) => alert !== null),
    };
  });
}

function asAlert(lines: readonly Finding[], place: (run: number) => number): ReplayAlert | null {
  const inOrder = [...lines].sort((one, other) => one.detected_at_run - other.detected_at_run);
  const told = inOrder.filter(({ state }) => state === undefined);
  const first = told[0];
  if (first === undefined) return null;
  const words = told
    .map((line) => ({ atRun: place(line.detected_at_run), score: line.score }))
    .filter(({ score }, index, all) => all.slice(0, index).every((earlier) => score > earlier.score));
  const from = inOrder.indexOf(first);
  const recovered = inOrder.find(({ state }, index) => state === "recovered" && index > from);
  return {
    kind: first.kind,
    onsetRun: place(first.onset_run),
    words,
    recoveredAtRun: recovered === undefined ? null : place(recovered.detected_at_run),
  };
}

function assertSameScores(ours: ReturnType<typeof scoreVariants>, theirs: Record<string, TheirVariant>, names: RegExp) {
  const compared = Object.keys(theirs).filter((name) => names.test(name));
  assert.ok(compared.length >= 5, compared.join());
  for (const name of compared) {
    const [mine, yours] = [ours.get(name)!, theirs[name]!];
    assert.equal(mine.caseCount, yours.cases, name);
    assert.equal(mine.recall, yours.recall, name);
    assert.equal(mine.delayMedian, yours.delayMedian, name);
    assert.equal(mine.delayP90, yours.delayP90, name);
    assert.equal(mine.onsetErrorMedian, yours.onsetErrorMedian, name);
    assert.equal(mine.repeatsPerHit, yours.duplicatesPerHit, name);
    if (mine.recoveredShare !== null) assert.equal(mine.recoveredShare, yours.recoveredShare, name);
  }
}

test("scores are those of the replay protocol's own scorer, uncut and cut to its budget", async (t) => {
  const made = await protocol();
  if (made === null) return t.skip("no shared data");
  const { scorer, truth } = made;
  const findings = findingsByChance(truth, seededRandom(5));
  const theirs = scorer.scoreFindings(truth, findings);
  const histories = asHistories(scorer, truth, findings);
  const isDuration = ({ kind }: ReplayAlert) => scorer.STREAM_OF[kind] === "duration";
  const clean: readonly Pick<ReplayedHistory, "runCount" | "alerts">[] = histories
    .filter(({ family }) => family === "none")
    .map((one) => ({ ...one, alerts: one.alerts.filter(isDuration) }));
  const uncut = { cut: Number.NEGATIVE_INFINITY };

  assert.ok(
    Math.abs(falseAlarmsPer1000(clean, { ...uncut, ...WARM_UP })! - theirs.falseAlarms.duration.per1000) < 1e-9,
  );
  assertSameScores(
    scoreVariants(histories, uncut),
    theirs.variants,
    /^(step|faster|recover|ramp|first|second|failures)/,
  );
  const cut = cutToBudget(clean, { per1000: 0.5, ...WARM_UP });
  assert.ok(cut > 1, `${cut}`);
  const cutHistories = histories.map((one) => ({ ...one, alerts: one.alerts.filter(isDuration) }));
  assertSameScores(
    scoreVariants(cutHistories, { cut }),
    theirs.variantsAtHeadline,
    /^(step|faster|recover|ramp|first|second)/,
  );
});
