/** Issues as the stand-in keeps them; tests look at them, and people and clients change them through `createIssues`. */
export interface IssueState {
  readonly id: number;
  /** Counted in the repository, together with pull requests. */
  readonly number: number;
  readonly repositoryId: number;
  readonly author: string;
  readonly createdAtMs: number;
  title: string;
  body: string | null;
  /** Names. */
  labels: string[];
  assignees: string[];
  state: "open" | "closed";
  stateReason: string | null;
  closedBy: string | null;
  closedAtMs: number | null;
  updatedAtMs: number;
  /** Oldest first; deleted ones are gone. */
  readonly comments: CommentState[];
  /** Oldest first. */
  readonly events: EventState[];
  readonly reactions: ReactionState[];
  /** Answers 410 and is in no list. */
  isDeleted: boolean;
  /** Where it was transferred to; answers 301 there. */
  movedTo: { readonly repositoryId: number; readonly number: number } | null;
  /** What makes it a pull request. */
  readonly pull: PullState | null;
}

export interface CommentState {
  readonly id: number;
  readonly author: string;
  readonly createdAtMs: number;
  body: string;
  updatedAtMs: number;
  readonly reactions: ReactionState[];
}

export interface ReactionState {
  readonly id: number;
  readonly author: string;
  readonly content: string;
  readonly atMs: number;
}

export interface EventState {
  readonly id: number;
  readonly event: "labeled" | "unlabeled" | "closed" | "reopened" | "renamed" | "assigned";
  readonly actor: string;
  readonly label: string | null;
  readonly atMs: number;
}

export interface PullState {
  /** Who owns the repository with the branch: "octo-org", or a fork's owner. */
  readonly headOwner: string;
  readonly headBranch: string;
  headSha: string;
  readonly baseBranch: string;
  readonly baseSha: string;
  readonly mergedAtMs: number | null;
  /** null when the fork was deleted. */
  readonly headRepository: string | null;
}

export interface LabelState {
  readonly id: number;
  name: string;
  color: string;
  description: string | null;
}

/** As the roles are called; "none" for who sees nothing of a private repository. */
export type Role = "admin" | "maintain" | "write" | "triage" | "read" | "none";

/** What one repository holds of it. */
export interface RepositoryIssues {
  /** In the order of their numbers, pull requests and deleted ones too. */
  readonly issues: IssueState[];
  readonly labels: LabelState[];
  readonly roles: Map<string, Role>;
  /** Without them the routes answer 410. */
  isEnabled: boolean;
}

export interface IssueFields {
  readonly title?: string;
  readonly body?: string | null;
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
  readonly state?: "open" | "closed";
  readonly stateReason?: string | null;
}
