import {
  actionsInLog,
  cachesCompared,
  cachesInLog,
  type Evidence,
  type Job,
  movedActions,
  runnerChanges,
  runnerInLog,
  type UnknownEvidence,
} from "@oddrun/core";
import type { EvidenceQuestion } from "./evidence-of-files.ts";
import { jobToCompare } from "./evidence-plan.ts";

/** The set-up part comes first and is short; caches are restored by the steps after it. */
const SET_UP_BYTES = 64 * 1024;
const CACHES_BYTES = 512 * 1024;

export interface LogsQuestion extends EvidenceQuestion {
  readonly jobsNow: readonly Job[];
  readonly jobsBefore: readonly Job[];
}

/**
 * What the logs of the job that differs most tell, of both runs: one request a log. Without room for both nothing is asked, and the
 * kinds are left out of the answer.
 */
export async function evidenceOfLogs(question: LogsQuestion): Promise<readonly Evidence[]> {
  const { run, base, kinds, source } = question;
  const wanted = (["runner", "cache"] as const).filter((kind) => kinds.has(kind));
  if (wanted.length === 0) return [];
  const comparedWith = base === null ? null : { runId: base.runId, runAttempt: base.runAttempt };
  const unknown = (why: UnknownEvidence, subject = ""): readonly Evidence[] =>
    wanted.map((kind) => ({ kind, subject, comparedWith, value: null, unknown: why }));
  if (base === null) return unknown("no-comparable-run");
  const pair = jobToCompare(question.jobsNow, question.jobsBefore);
  if (pair === null) return unknown("not-recorded");
  if (!source.canAsk(2, 2)) return [];

  const subject = pair.now.name;
  const bytesMax = kinds.has("cache") ? CACHES_BYTES : SET_UP_BYTES;
  const logNow = await source.jobLog(run.repositoryName, pair.now.jobId, bytesMax);
  if (logNow === null) return unknown("not-at-github", subject);
  const logBefore = await source.jobLog(base.repositoryName, pair.before.jobId, bytesMax);
  const finding = { subject, comparedWith };
  const evidence: Evidence[] = [];
  if (kinds.has("runner")) evidence.push({ ...finding, kind: "runner", ...runnerFound(logBefore, logNow) });
  if (kinds.has("cache")) {
    const before = logBefore === null ? null : cachesInLog(logBefore);
    const isCut = isLongerThan(logNow, bytesMax) || (logBefore !== null && isLongerThan(logBefore, bytesMax));
    const value = cachesCompared(before, cachesInLog(logNow), isCut);
    evidence.push({ ...finding, kind: "cache", value, unknown: value === null ? "not-in-log" : null });
  }
  const moved = logBefore === null ? [] : movedActions(actionsInLog(logBefore), actionsInLog(logNow));
  if (kinds.has("actions") && moved.length > 0) {
    evidence.push({ ...finding, kind: "actions", value: { changes: moved, dynamicCount: null }, unknown: null });
  }
  return evidence;
}

function runnerFound(
  logBefore: string | null,
  logNow: string,
): Pick<Extract<Evidence, { kind: "runner" }>, "value" | "unknown"> {
  if (logBefore === null) return { value: null, unknown: "not-at-github" };
  const now = runnerInLog(logNow);
  const before = runnerInLog(logBefore);
  if (now === null || before === null) return { value: null, unknown: "not-in-log" };
  return { value: { now, changes: runnerChanges(before, now) }, unknown: null };
}

/** A text from exactly as many bytes as were allowed has probably more behind it; a cut character may be replaced by three bytes. */
function isLongerThan(text: string, bytesMax: number): boolean {
  if (text.length * 3 < bytesMax) return false;
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    bytes += unit < 0x80 ? 1 : unit < 0x8_00 || (unit >= 0xd8_00 && unit < 0xe0_00) ? 2 : 3;
  }
  return bytes >= bytesMax - 3;
}
