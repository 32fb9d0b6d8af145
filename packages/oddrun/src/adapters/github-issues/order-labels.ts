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

const DESCRIPTIONS: Readonly<Record<keyof typeof LABEL_NAMES, string>> = {
  acknowledged: "Tells Oddrun that somebody knows: no more reminders",
  muted: "Tells Oddrun to say nothing of it for 30 days",
  accepted: "Tells Oddrun that this is the usual level from now on",
  rejected: "Tells Oddrun that this is no anomaly",
};

/** The labels that people may put on, for a repository that has none of them yet. */
export const ORDER_LABELS = Object.entries(LABEL_NAMES).map(([decision, name]) => ({
  name,
  color: "bfd4f2",
  description: DESCRIPTIONS[decision as keyof typeof LABEL_NAMES],
}));

/** How long a mute lasts that does not say so. */
export const MUTE_USUAL_DAYS = 30;

export function decisionOfLabel(name: string): Exclude<Decision, "reopened"> | null {
  const found = Object.entries(LABEL_NAMES).find(([, label]) => label === name.trim().toLowerCase());
  return (found?.[0] as Exclude<Decision, "reopened"> | undefined) ?? null;
}
