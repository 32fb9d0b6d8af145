export { githubIssueChannel, type GithubIssueOptions } from "./issue-channel.ts";
export { githubIssueMirror, type GithubIssueMirrorOptions } from "./issue-mirror.ts";
