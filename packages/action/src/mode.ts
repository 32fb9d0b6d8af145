import type { RunnerEvent } from "./runner/event.ts";

export const MODES = ["watch", "check", "gate", "report"] as const;
export type Mode = (typeof MODES)[number];

/** What is done when no mode is named: a pull request is checked, everything else is watched. */
export function modeOf(event: RunnerEvent): Mode {
  if (event.name === "pull_request" || event.name === "pull_request_target") return "check";
  if (event.name === "workflow_run" && isOfPullRequest(event)) return "check";
  return "watch";
}

const isOfPullRequest = ({ workflowRun }: RunnerEvent): boolean =>
  workflowRun !== null && (workflowRun.event === "pull_request" || workflowRun.event === "pull_request_target");
