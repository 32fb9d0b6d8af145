export * from "./minutes-account.ts";
export * from "./named-cause.ts";
export { fellowsName, type JobPart, type JobPartKind, type JobStretch } from "./job-parts.ts";
export { type AccountDetail, breakDownRun, detailOf, type RunBreakdown } from "./run-breakdown.ts";
export { type StepKind, stepKind } from "./step-kind.ts";
export { type TimedRun, totalMs } from "./timed-run.ts";
export { apportionWhole } from "./apportion.ts";
export * from "./failure-places.ts";
export { jobAsRun, jobsNamed } from "./job-run.ts";
