/**
 * The stand-in for GitHub. Start it with `startGitHubStandIn`; give it a corpus by `defineCorpus` (written by hand) or
 * `generateCorpus` (made from a seed).
 */
export type * from "./corpus.ts";
export { jobsOf, latestAttempt } from "./corpus.ts";
export { CORPUS_SIZES, type CorpusSize, generateCorpus, type GeneratedCorpusOptions } from "./generate-corpus.ts";
export { type CorpusPlan, defineCorpus, type JobPlan, type RepositoryPlan, type RunPlan } from "./define-corpus.ts";
export {
  type Answer,
  everyNth,
  type Block,
  type Fault,
  type FaultName,
  type FaultRequest,
  FAULTS,
  firstTimes,
} from "./faults.ts";
export { limitAnswer, type LimitAnswerPlan } from "./limit-answer.ts";
export { type LimitOptions, USUAL_LIMITS, USUAL_SECONDARY } from "./limits.ts";
export type * from "./issue-state.ts";
export type { Issues } from "./issues.ts";
export type { LoggedRequest } from "./request-log.ts";
export { type GitHubStandIn, type StandInOptions, startGitHubStandIn } from "./server.ts";
export type { AttemptTruth, MinimumRequests, RepositoryTruth, RunTruth, Truth } from "./truth.ts";
