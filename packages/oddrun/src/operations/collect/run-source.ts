import type { Repository, ReportedJob, ReportedRun, Workflow } from "@oddrun/core";

/** What a collection needs of GitHub. Every answer is already checked: what cannot be read is counted, never guessed. */
export interface RunSource {
  /** The repositories of an organisation or a person that the token sees, a page at a time. */
  repositoriesOf(owner: string): AsyncIterable<readonly SourceRepository[]>;
  /** One repository by its name; its present name may differ after a rename or a transfer, its id does not. */
  repository(fullName: string): Promise<SourceRepository>;
  /**
   * A page of the runs created within the window, each as its latest attempt. `page` is the `nextPage` of the page
   * before, null for the first one. A list that is too long to be paged through says so by its `total`.
   */
  runs(repository: SourceRepository, window: CreatedWindow, page: string | null): Promise<RunsPage>;
  /** The run as it is now, by its latest attempt; null when it was deleted. */
  run(repository: SourceRepository, runId: number): Promise<SourceRun | null>;
  /** One attempt; null when GitHub has it no more. */
  attempt(repository: SourceRepository, runId: number, runAttempt: number): Promise<SourceRun | null>;
  /** All jobs of one attempt with their steps, also the inherited ones; null when GitHub has them no more. */
  jobs(repository: SourceRepository, runId: number, runAttempt: number): Promise<JobsAnswer | null>;
  /** What is left to ask, as the server last said. */
  budget(): RequestBudget;
}

export interface SourceRepository extends Repository {
  /** "owner/name" as GitHub has it now. */
  readonly fullName: string;
  /** The site its pages are on, "https://github.com"; null or left out where that was not told. */
  readonly webUrl?: string | null;
  /** The API that told of it, "https://api.github.com" or "https://HOST/api/v3"; left out where none did. */
  readonly apiUrl?: string | null;
}

/** Whole seconds since 1970 UTC, both ends belong to it; no end means "until now". */
export interface CreatedWindow {
  readonly fromS: number;
  readonly toS: number | null;
}

/** A run as GitHub tells it, with the workflow it belongs to. */
export interface SourceRun {
  readonly run: ReportedRun;
  readonly workflow: Workflow;
  /** A word for its conclusion that is not known here. */
  readonly unknownConclusion?: string;
}

export interface RunsPage {
  readonly runs: readonly SourceRun[];
  /**
   * How many runs the window has, as far as GitHub says: a hint for cutting the window, never a proof of completeness. "many" when
   * there are more than can be paged through, null when nothing was said.
   */
  readonly total: number | "many" | null;
  readonly nextPage: string | null;
  /** The page is as it was when it was last saved (304): `runs` is empty, and nothing needs saving. */
  readonly isUnchanged: boolean;
  /** Runs that could not be read, as reasons. */
  readonly unreadable: readonly string[];
  /** Marks this page as read, once its runs are saved: an argument of `CollectionStore.saveCollected`. */
  readonly readMark: ReadMark | null;
}

/** What tells later that a page has not changed. It belongs to one token, told by a hash and never by its text. */
export interface ReadMark {
  readonly tokenId: string;
  readonly url: string;
  readonly etag: string;
  readonly nextPage: string | null;
  readonly total: number | null;
}

export interface JobsAnswer {
  readonly jobs: readonly ReportedJob[];
  readonly unreadable: readonly string[];
}

export interface RequestBudget {
  /** Requests sent so far by this source, answered from anywhere. */
  readonly sent: number;
  /** Of those, answered with "not modified": they cost nothing of the limit. */
  readonly unchanged: number;
  /** Of those sent, sent again after a refusal, a fault or a redirect. */
  readonly sentAgain: number;
  /** Requests that the server still grants in this hour; null when it names no limit. */
  readonly remaining: number | null;
  readonly limit: number | null;
  /** When the limit is renewed, by the server's clock; milliseconds since 1970 UTC. */
  readonly renewedAtMs: number | null;
  /** How far the server's clock is ahead of ours; 0 before the first answer. */
  readonly clockAheadMs: number;
}

/** Remembers read marks, so that what has not changed is not sent again. */
export interface ReadMarks {
  readMark(tokenId: string, url: string): Promise<ReadMark | null>;
}
