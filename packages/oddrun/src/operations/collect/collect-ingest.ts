import { cleanRunTimes, type Conclusion } from "@oddrun/core";
import type { KnownAttempt } from "./collection-store.ts";
import { type GrowingPart, nothingCollected, type Pass, type RepositoryPass } from "./collect-pass.ts";
import { countKnown, countNotes } from "./collect-tally.ts";
import type { SourceRun } from "./run-source.ts";

/** GitHub lets a run be repeated far less often; a larger number is a mistake, not a thousand questions. */
const ATTEMPTS_MAX = 100;
const UNKNOWN_WORDS_MAX = 10;

/**
 * What of these runs is new, as a part to save: runs in scope that are not known as they are, with the questions they lead to.
 * Patterns choose among what is listed; what was asked for by its id was chosen before, perhaps by a pass with other patterns. Earlier
 * attempts were led to by the latest one of their run, together with those before them.
 * A finished attempt that GitHub has already told with this conclusion stays as it is, with the times its jobs gave it.
 */
export async function ingestRuns(
  pass: Pass,
  of: RepositoryPass,
  runs: readonly SourceRun[],
  from: "list" | "run" | "earlier-attempt",
): Promise<GrowingPart> {
  const part = nothingCollected();
  const { store } = pass.deps;
  const repositoryId = of.repository.id;
  const wanted = from === "list" ? runs.filter((run) => pass.scope.takesRun(run)) : runs;
  pass.tally.leftOutRuns += runs.length - wanted.length;
  // also of what is left out, so that a pattern that matches none can be told from a repository that has none
  const workflows = new Map(runs.map(({ workflow }) => [workflow.id, workflow]));
  part.batch.workflows.push(...workflows.values());
  of.newRuns += runs.length;
  if (wanted.length === 0) return part;
  const known = new Map<string, KnownAttempt>();
  const runIds = [...new Set(wanted.map(({ run }) => run.runId))];
  for (const attempt of await store.knownAttempts(repositoryId, runIds)) {
    known.set(`${attempt.runId} ${attempt.runAttempt}`, attempt);
  }
  const nowMs = pass.serverNowMs();
  for (const { run: reported, unknownConclusion } of wanted) {
    const { run, notes } = cleanRunTimes(reported, null, nowMs);
    const { runId, runAttempt } = run;
    const before = known.get(`${runId} ${runAttempt}`);
    if (run.conclusion === null) of.seenOpen.add(runId);
    else if (before?.isFinished === true && before.isCollected && before.conclusion === run.conclusion) {
      countKnown(pass.tally);
      of.newRuns -= 1;
      continue;
    }
    part.batch.runs.push(run);
    if (unknownConclusion !== undefined) warnOfWord(pass, of, run.runId, unknownConclusion);
    const task = { repositoryId, runId, createdAtMs: run.createdAtMs ?? nowMs };
    if (run.conclusion !== null && mayHaveJobs(run.conclusion))
      part.newTasks.push({ ...task, runAttempt, kind: "jobs" });
    else countNotes(pass.tally, notes);
    if (from === "earlier-attempt" || before?.isCollected === true || runAttempt > ATTEMPTS_MAX) continue;
    for (let earlier = runAttempt - 1; earlier >= 1; earlier--) {
      const stored = known.get(`${runId} ${earlier}`);
      if (stored?.isFinished === true && stored.isCollected) continue;
      part.newTasks.push({ ...task, runAttempt: earlier, kind: "attempt" });
    }
  }
  of.newTasks += part.newTasks.length;
  return part;
}

function warnOfWord(pass: Pass, { repository }: RepositoryPass, runId: number, word: string): void {
  const told = pass.unknownConclusions;
  if (told.has(word) || told.size >= UNKNOWN_WORDS_MAX) return;
  told.add(word);
  pass.tally.warnings.push(
    `The conclusion "${word}", first met in run ${runId} of ${repository.fullName}, is not known here: kept as "other" and not judged`,
  );
}

/** Whether anything ran: such ends are reached without. */
function mayHaveJobs(conclusion: Conclusion): boolean {
  return conclusion !== "skipped" && conclusion !== "startup_failure" && conclusion !== "action_required";
}
