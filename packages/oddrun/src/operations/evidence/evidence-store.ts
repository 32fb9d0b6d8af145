import type { Evidence } from "@oddrun/core";
import type { AttemptKey, SaveCounts, StoredRun, StoredVerdict } from "../ports.ts";

/** A piece of evidence, and the attempt that it is about. */
export interface StoredEvidence extends AttemptKey {
  readonly evidence: Evidence;
  readonly gatheredAtMs: number;
}

/** Keeps the evidence, and finds what it is gathered from. */
export interface EvidenceStore {
  /** Of one attempt, kind and subject the last one saved holds. All or none are saved. */
  saveEvidence(evidence: readonly StoredEvidence[]): Promise<SaveCounts>;
  /** All evidence on these attempts: by attempt, then by kind and subject, both in alphabetical order. */
  evidenceOf(attempts: readonly AttemptKey[]): Promise<readonly StoredEvidence[]>;
  /**
   * Finished attempts of the same workflow and event that ended before this one did, newest first, each with its latest
   * verdict's kind.
   */
  runsBefore(run: StoredRun, limit: number): Promise<readonly EarlierRun[]>;
  /** The workflow's file, as GitHub names it. */
  workflowPath(repositoryId: number, workflowId: number): Promise<string | null>;
}

export interface EarlierRun {
  readonly run: StoredRun;
  readonly verdictKind: StoredVerdict["verdict"]["kind"] | null;
}
