export { connectToGithub, type GithubConnection } from "./connect.ts";
export { githubChecks } from "./doctor-checks.ts";
export type { GithubComment, GithubIssue, GithubIssueEvent } from "./github-issue.ts";
export { type IssueDraft, type IssueEdit, type IssuesOf, issuesOf, type Permission } from "./issues-of.ts";
export { type GithubPull, type PullsOf, pullsOf } from "./pulls-of.ts";
export { type UpsertedComment, upsertComment } from "./upsert-comment.ts";
export { githubEvidence } from "./evidence.ts";
export type { WaitNotice } from "./gate.ts";
export { githubSource } from "./github-source.ts";
