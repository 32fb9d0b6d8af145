import type { Decision } from "@oddrun/core";

/** The label that every issue of ours has, and is found by. */
export const OWN_LABEL = {
  name: "oddrun",
  color: "5319e7",
  description: "Told by Oddrun: a workflow that got slower, dearer, or fails more often",
} as const;

/** What each label says when a person puts it on; taken off, it is taken back. */
export const LABEL_NAMES: Readonly<Record<Exclude<Decision, "reopened">, string>> = {
  acknowledged: "oddrun: acknowledged",
  muted: "oddrun: muted",
  accepted: "oddrun: accepted",
  rejected: "oddrun: rejected",
};

/** How long a mute lasts that does not say so. */
export const MUTE_USUAL_DAYS = 30;

export function decisionOfLabel(name: string): Exclude<Decision, "reopened"> | null {
  const found = Object.entries(LABEL_NAMES).find(([, label]) => label === name.trim().toLowerCase());
  return (found?.[0] as Exclude<Decision, "reopened"> | undefined) ?? null;
}
