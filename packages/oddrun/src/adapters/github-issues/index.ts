export { githubIssueChannel } from "./issue-channel.ts";
export { githubIssueMirror } from "./issue-mirror.ts";
