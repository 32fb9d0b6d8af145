import {
  changedOf,
  type Evidence,
  type EvidenceKind,
  type UnknownEvidence,
  usesChanges,
  workflowFilePath,
  type WorkflowUses,
} from "@oddrun/core";
import type { BoundedSource } from "./evidence-bounds.ts";
import type { CommitRange } from "./evidence-source.ts";
import type { StoredRun } from "../ports.ts";

export interface EvidenceQuestion {
  readonly run: StoredRun;
  /** The run to compare with. */
  readonly base: StoredRun | null;
  readonly kinds: ReadonlySet<EvidenceKind>;
  readonly source: BoundedSource;
}

export interface FilesQuestion extends EvidenceQuestion {
  /** The workflow's file, as GitHub names it. */
  readonly workflowPath: string | null;
  readonly readWorkflow: (text: string) => WorkflowUses | null;
}

const FILES_KEPT_MAX = 20;
const KINDS = ["commits", "workflow-file", "actions"] as const;
type FileKind = (typeof KINDS)[number];

/** Nothing between a commit and itself. */
const SAME_COMMIT: CommitRange = { commitCount: 0, files: [], isCut: false };

/**
 * What lies between the two runs' commits: one request for the comparison, one for the workflow's file, and one for it as it was
 * before unless it is known to be the same. A kind that the bounds leave no room for is left out of the answer.
 */
export async function evidenceOfFiles(question: FilesQuestion): Promise<readonly Evidence[]> {
  const { run, base, kinds, source } = question;
  const wanted = KINDS.filter((kind) => kinds.has(kind));
  const unknown = (why: UnknownEvidence, of: readonly FileKind[] = wanted): readonly Evidence[] =>
    of.map((kind) => ({ kind, subject: "", comparedWith: comparedWith(base), value: null, unknown: why }));
  if (wanted.length === 0) return [];
  if (base === null) return unknown("no-comparable-run");
  if (!isCommit(run.headSha) || !isCommit(base.headSha)) return unknown("not-recorded");

  let range: CommitRange | null = null;
  const isCompared = kinds.has("commits") || kinds.has("workflow-file");
  if (run.headSha === base.headSha) range = SAME_COMMIT;
  else if (isCompared) {
    if (!source.canAsk(1)) return [];
    range = await source.compare(run.repositoryName, base.headSha, run.headSha);
  }
  const commits = kinds.has("commits") ? [commitsEvidence(run.headSha, base, range)] : [];

  const others = wanted.filter((kind) => kind !== "commits");
  if (others.length === 0) return commits;
  if (question.workflowPath === null) return [...commits, ...unknown("not-recorded", others)];
  const file = workflowFilePath(question.workflowPath, run.event);
  if (file === null) return [...commits, ...unknown("no-file-at-commit", others)];
  const ofWorkflow = await evidenceOfWorkflow(question, { file, head: run.headSha, base, range });
  return [...commits, ...ofWorkflow];
}

const comparedWith = (base: StoredRun | null): Evidence["comparedWith"] =>
  base === null ? null : { runId: base.runId, runAttempt: base.runAttempt };

/** What stands where a commit's hash is expected may be anything: an import takes what it is given. */
const isCommit = (sha: string | null): sha is string => sha !== null && /^[0-9a-f]{40,64}$/i.test(sha);

function commitsEvidence(head: string, base: StoredRun, range: CommitRange | null): Evidence {
  const finding = { kind: "commits", subject: "", comparedWith: comparedWith(base) } as const;
  if (range === null) return { ...finding, value: null, unknown: "not-at-github" };
  const { commitCount, files, isCut } = range;
  const kept = files.slice(0, FILES_KEPT_MAX).map(({ path }) => path);
  const value = { base: base.headSha ?? "", head, commitCount, fileCount: files.length, isCut, files: kept };
  return { ...finding, value, unknown: null };
}

interface Between {
  readonly file: string;
  readonly head: string;
  readonly base: StoredRun;
  readonly range: CommitRange | null;
}

async function evidenceOfWorkflow(
  { run, kinds, source, readWorkflow }: FilesQuestion,
  { file, head, base, range }: Between,
): Promise<readonly Evidence[]> {
  const finding = { subject: "", comparedWith: comparedWith(base) } as const;
  const paths = range?.files.map(({ path }) => path) ?? null;
  const isWhole = range !== null && !range.isCut;
  const isSame = isWhole && paths !== null && !paths.includes(file);
  const fileEvidence = (uses: WorkflowUses | null, isOther: boolean | null): readonly Evidence[] => {
    if (!kinds.has("workflow-file")) return [];
    const told = { ...finding, kind: "workflow-file" } as const;
    const changed = changedOf(paths ?? [], file, uses?.localPaths ?? []);
    if (isWhole || changed.length > 0) return [{ ...told, value: { path: file, changed }, unknown: null }];
    if (isOther === true) return [{ ...told, value: { path: file, changed: [file] }, unknown: null }];
    if (isOther === false && uses?.localPaths.length === 0)
      return [{ ...told, value: { path: file, changed: [] }, unknown: null }];
    return [{ ...told, value: null, unknown: range === null ? "not-at-github" : "list-cut" }];
  };
  if (!kinds.has("actions")) return fileEvidence(null, null);
  if (head === base.headSha) return [...fileEvidence(null, false), unchangedActions(base, null)];

  if (!source.canAsk(isSame ? 1 : 2)) return [];
  const now = await source.fileAt(run.repositoryName, file, head);
  const uses = now === null ? null : readWorkflow(now);
  if (isSame && uses !== null) return [...fileEvidence(uses, false), unchangedActions(base, uses)];
  const earlier = now === null || isSame ? null : await source.fileAt(run.repositoryName, file, base.headSha ?? "");
  const isOther = now === null || earlier === null ? null : now !== earlier;
  const earlierUses = earlier === null ? null : readWorkflow(earlier);
  const told = { ...finding, kind: "actions" } as const;
  const actions: Evidence =
    uses !== null && earlierUses !== null
      ? { ...told, value: { changes: usesChanges(earlierUses, uses), dynamicCount: uses.dynamicCount }, unknown: null }
      : {
          ...told,
          value: null,
          unknown: now === null || (earlier === null && !isSame) ? "not-at-github" : "unreadable",
        };
  return [...fileEvidence(uses, isOther), actions];
}

function unchangedActions(base: StoredRun, uses: WorkflowUses | null): Evidence {
  const value = { changes: [], dynamicCount: uses?.dynamicCount ?? null };
  return { kind: "actions", subject: "", comparedWith: comparedWith(base), value, unknown: null };
}
