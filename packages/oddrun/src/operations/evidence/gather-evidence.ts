import type { Evidence, EvidenceKind, WorkflowUses } from "@oddrun/core";
import { boundedSource, type BoundedSource, type EvidenceBounds, type EvidenceRequests } from "./evidence-bounds.ts";
import { currentEvidence } from "./evidence-current.ts";
import { evidenceOfFiles } from "./evidence-of-files.ts";
import { evidenceOfLogs } from "./evidence-of-logs.ts";
import { comparableRun, missingKinds } from "./evidence-plan.ts";
import type { EvidenceSource } from "./evidence-source.ts";
import type { EvidenceStore } from "./evidence-store.ts";
import { findAttempt } from "../history/join-metric.ts";
import type { Logger, RunStore, StoredRun } from "../ports.ts";
import { Problem, problem } from "../problems.ts";
import { printable } from "../text/visible-text.ts";

/** What `evidence` has of the world outside. */
export interface EvidenceDeps {
  readonly store: RunStore & EvidenceStore;
  readonly source: EvidenceSource;
  readonly readWorkflow: (text: string) => WorkflowUses | null;
  readonly log: Logger;
  readonly now: () => number;
  /** Aborted: what was gathered so far is kept, and the next `evidence` goes on from there. */
  readonly signal: { readonly aborted: boolean };
  readonly progress: (line: string) => void;
}

export interface EvidenceOptions extends EvidenceBounds {
  /** The runs to look at, all kinds anew; none are the newest odd runs, and only what is not known of them yet. */
  readonly runIds: readonly number[];
  readonly repository: string | null;
  readonly kinds: ReadonlySet<EvidenceKind>;
  /** Where the runs are kept, for messages. */
  readonly place: string;
}

export interface RunEvidence {
  readonly run: StoredRun;
  /** Everything that is known now. */
  readonly evidence: readonly Evidence[];
  /** Kinds that the bounds left no room for: the next `evidence` asks for them. */
  readonly leftOut: readonly EvidenceKind[];
  /** GitHub was asked for the repository by its name: only a file told of it, so that its id is not known. */
  readonly isByName: boolean;
  /** Why GitHub did not answer for this repository, as a message; null when it did, or was not asked. */
  readonly problem: string | null;
}

export interface EvidenceSummary {
  readonly runs: readonly RunEvidence[];
  readonly asked: EvidenceRequests;
  /** False when it was stopped, or the requests were used up, before the end. */
  readonly isComplete: boolean;
  readonly isStopped: boolean;
}

/** These say nothing of other repositories. */
const OF_ONE_REPOSITORY = new Set([
  "github-not-found",
  "github-forbidden",
  "github-sso-needed",
  "github-refused",
  "github-elsewhere",
]);

/** Odd runs looked at in one go, and how far back they are looked for. */
const RUNS_MAX = 20;
const PAGE_RUNS = 100;
const PAGES_MAX = 50;
/** Earlier runs among which one is sought to compare with. */
const EARLIER_RUNS = 200;

/**
 * Gathers what else changed between odd runs and comparable runs before them, run by run, each saved before the next one is begun.
 *
 * @throws Problem "run-not-found" and "run-ambiguous" for runs named, "no-runs" and "no-verdicts" when none are named and there is nothing odd to be looked at;
 * those of the source when GitHub cannot be asked.
 */
export async function gatherEvidence(deps: EvidenceDeps, options: EvidenceOptions): Promise<EvidenceSummary> {
  const { store, signal, progress, log } = deps;
  const { kinds, runIds } = options;
  const targets = runIds.length > 0 ? await namedRuns(store, options) : await newestOddRuns(store, options);
  const source = boundedSource(deps.source, options);
  const runs: RunEvidence[] = [];
  const closed = new Map<number, string>();
  let isUsedUp = false;
  for (const [at, run] of targets.entries()) {
    if (signal.aborted || isUsedUp) break;
    progress(`evidence for run ${run.runId}, ${at + 1} of ${targets.length}`);
    const known = currentEvidence(await store.evidenceOf([run]));
    const missing = runIds.length > 0 ? missingKinds(run, kinds, []) : missingKinds(run, kinds, known);
    try {
      if (!closed.has(run.repositoryId)) await gatherOne(deps, source, run, missing, kinds);
    } catch (error) {
      // A stop ends the request under way; the repeats of requests that failed count as well.
      if (signal.aborted) log.debug("stopped amid a request");
      else if (!(error instanceof Problem)) throw error;
      else if (error.code === "github-requests-used-up") isUsedUp = true;
      else if (OF_ONE_REPOSITORY.has(error.code)) closed.set(run.repositoryId, error.message);
      else throw error;
    }
    const evidence = currentEvidence(await store.evidenceOf([run]));
    const leftOut = [...missingKinds(run, kinds, evidence)];
    runs.push({
      run,
      evidence,
      leftOut,
      isByName: run.repositoryId < 0,
      problem: closed.get(run.repositoryId) ?? null,
    });
  }
  const isComplete = runs.length === targets.length && runs.every(({ leftOut }) => leftOut.length === 0);
  log.info("evidence gathered", { runs: runs.length, ...source.asked() });
  return { runs, asked: source.asked(), isComplete, isStopped: signal.aborted };
}

async function gatherOne(
  { store, readWorkflow, now }: EvidenceDeps,
  source: BoundedSource,
  run: StoredRun,
  missing: ReadonlySet<EvidenceKind>,
  wanted: ReadonlySet<EvidenceKind>,
): Promise<void> {
  if (missing.size === 0) return;
  // of a repository of that name on another GitHub the answers would be wrong, and the token is none of its business
  if (run.apiUrl !== null && run.apiUrl !== source.apiUrl) {
    throw problem("github-elsewhere", printable(run.repositoryName, 200), printable(run.apiUrl, 200), source.apiUrl);
  }
  const save = async (found: readonly Evidence[]): Promise<void> => {
    const { repositoryId, runId, runAttempt } = run;
    const gatheredAtMs = now();
    await store.saveEvidence(found.map((evidence) => ({ repositoryId, runId, runAttempt, evidence, gatheredAtMs })));
  };
  if (run.repositoryId < 0 && !isGithubName(run.repositoryName)) {
    const finding = { subject: "", comparedWith: null, value: null, unknown: "not-a-github-name" } as const;
    return save([...missing].map((kind) => ({ ...finding, kind })));
  }
  const base = comparableRun(run, await store.runsBefore(run, EARLIER_RUNS));
  const question = { run, base, kinds: missing, source };
  const workflowPath = await store.workflowPath(run.repositoryId, run.workflowId);
  await save(await evidenceOfFiles({ ...question, workflowPath, readWorkflow }));

  const [jobsNow, jobsBefore] = await Promise.all([store.jobsOf([run]), base === null ? [] : store.jobsOf([base])]);
  // a log also tells which commits the actions were of
  const kinds = wanted.has("actions") ? new Set([...missing, "actions" as const]) : missing;
  await save(await evidenceOfLogs({ ...question, kinds, jobsNow, jobsBefore }));

  if (missing.has("approvals") && source.canAsk(1)) {
    const approvals = await source.approvals(run.repositoryName, run.runId);
    const finding = { kind: "approvals", subject: "", comparedWith: null } as const;
    const evidence: Evidence =
      approvals === null
        ? { ...finding, value: null, unknown: "not-at-github" }
        : { ...finding, value: { approvals }, unknown: null };
    await save([evidence]);
  }
}

/** An import takes what it is given for a repository's name. */
const isGithubName = (name: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}$/.test(name);

async function namedRuns(store: RunStore, { runIds, repository }: EvidenceOptions): Promise<readonly StoredRun[]> {
  const runs: StoredRun[] = [];
  for (const runId of new Set(runIds)) runs.push(await findAttempt({ runId, repository, attempt: null }, store));
  return runs;
}

/** The newest odd runs of which not everything wanted is known. */
async function newestOddRuns(
  store: RunStore & EvidenceStore,
  { repository, kinds, place }: EvidenceOptions,
): Promise<readonly StoredRun[]> {
  const filter = repository === null ? {} : { repository };
  const found: StoredRun[] = [];
  let after: StoredRun | null = null;
  for (let page = 0; page < PAGES_MAX && found.length < RUNS_MAX; page++) {
    const judged = await store.judgedRuns({
      ...filter,
      kind: "anomalous",
      limit: PAGE_RUNS,
      ...(after === null ? {} : { after: { ...after, finishedAtMs: finishedAtMs(after) } }),
    });
    const stored = Map.groupBy(await store.evidenceOf(judged.map(({ run }) => run)), keyOf);
    for (const { run } of judged) {
      const known = currentEvidence(stored.get(keyOf(run)) ?? []);
      if (found.length < RUNS_MAX && missingKinds(run, kinds, known).size > 0) found.push(run);
    }
    after = judged.at(-1)?.run ?? null;
    if (judged.length < PAGE_RUNS) break;
  }
  if (found.length === 0 && after === null) await refuseUnjudged(store, filter, place);
  return found;
}

const keyOf = (of: { readonly repositoryId: number; readonly runId: number; readonly runAttempt: number }): string =>
  `${of.repositoryId}/${of.runId}/${of.runAttempt}`;

/** The run's place in the order of completion. */
const finishedAtMs = (run: StoredRun): number => run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs ?? 0;

async function refuseUnjudged(store: RunStore, filter: { readonly repository?: string }, place: string): Promise<void> {
  if ((await store.countRuns()) === 0) throw problem("no-runs", place);
  if (filter.repository !== undefined && (await store.countRuns(filter)) === 0) {
    throw problem("no-such-runs", filter.repository, place);
  }
  const counts = await store.countVerdicts(filter);
  if (Object.values(counts).every((count) => count === 0)) throw problem("no-verdicts", place);
}
