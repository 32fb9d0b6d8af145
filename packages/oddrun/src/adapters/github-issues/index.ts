export { githubIssueChannel, type GithubIssueOptions } from "./issue-channel.ts";
