/**
 * What may tell why a pipeline changed, asked of GitHub one thing at a time: each answer costs the requests named with it.
 * `null` is always "GitHub does not have it (any more), or the token may not see it", never an empty answer.
 */
export interface EvidenceSource {
  /** The API that is asked, "https://api.github.com" or "https://HOST/api/v3". */
  readonly apiUrl: string;
  /**
   * What lies between two commits of one repository ("owner/name"). One request, which shows at most 300 files: `isCut`
   * when there may be more. Files are those that differ between the commits' last common ancestor and `head`.
   */
  compare(repository: string, base: string, head: string): Promise<CommitRange | null>;
  /**
   * The text of a file at a commit, branch or tag, from one request. null also for a folder, a link, a submodule and a file above 1 MB.
   */
  fileAt(repository: string, path: string, ref: string): Promise<string | null>;
  /**
   * The first `bytesMax` bytes of a job's log as text. Two requests, of which GitHub counts the first: the log itself lies elsewhere,
   * and is asked for without the token. Logs are kept for 90 days unless set otherwise.
   */
  jobLog(repository: string, jobId: number, bytesMax: number): Promise<string | null>;
  /** Who let the run pass its environments' protection, or refused to; one request. In GitHub's order. */
  approvals(repository: string, runId: number): Promise<readonly Approval[] | null>;
}

export interface CommitRange {
  /** Commits on `head` that `base` does not have, as GitHub counts them. */
  readonly commitCount: number;
  readonly files: readonly { readonly path: string; readonly status: string }[];
  /** More files may differ than are named here. */
  readonly isCut: boolean;
}

export interface Approval {
  /** In GitHub's words: "approved", "rejected" or "pending". */
  readonly state: string;
  readonly environments: readonly string[];
}
