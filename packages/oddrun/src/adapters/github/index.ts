export { connectToGithub } from "./connect.ts";
export { githubChecks } from "./doctor-checks.ts";
export { githubEvidence } from "./evidence.ts";
export type { WaitNotice } from "./gate.ts";
export { githubSource } from "./github-source.ts";
