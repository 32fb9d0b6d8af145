import type { ChangeEvent, Series } from "../change-points/index.ts";

/**
 * What is wrong, or better, in one word. "moved" is said of a joined metric: nobody told whether more of it is good.
 * "steadier" is fewer failures than usual.
 */
export type IncidentKind =
  | "slower"
  | "faster"
  | "queueing"
  | "failing"
  | "steadier"
  | "silent"
  | "dearer"
  | "cheaper"
  | "moved";

/** The word for one change. */
export function kindOfChange(
  { measure }: Pick<Series, "measure">,
  { direction }: Pick<ChangeEvent, "direction">,
): IncidentKind {
  return KINDS[measure][direction];
}

const KINDS: Readonly<Record<Series["measure"], Readonly<Record<ChangeEvent["direction"], IncidentKind>>>> = {
  duration: { up: "slower", down: "faster" },
  "queue-time": { up: "queueing", down: "faster" },
  failure: { up: "failing", down: "steadier" },
  cost: { up: "dearer", down: "cheaper" },
  schedule: { up: "silent", down: "silent" },
  metric: { up: "moved", down: "moved" },
};

/**
 * Changes of one family can have one cause. Waiting is part of a run's duration, and minutes are what is paid for: slower,
 * queueing and dearer belong together. Each joined metric and direction is a family of its own.
 */
export function familyOfChange(
  series: Pick<Series, "measure" | "part">,
  event: Pick<ChangeEvent, "direction">,
): string {
  const kind = kindOfChange(series, event);
  if (kind === "moved") return `moved ${event.direction}: ${series.part}`;
  return FAMILIES[kind];
}

const FAMILIES: Readonly<Record<Exclude<IncidentKind, "moved">, string>> = {
  slower: "more time",
  queueing: "more time",
  dearer: "more time",
  faster: "less time",
  cheaper: "less time",
  failing: "failing",
  steadier: "steadier",
  silent: "silent",
};

/** The first word of a family: what an incident is called when all its changes went to another. */
export function kindOfFamily(family: string): IncidentKind {
  const known = Object.entries(FAMILIES).find(([, name]) => name === family);
  return known === undefined ? "moved" : (known[0] as IncidentKind);
}

/** Kinds that nobody needs to mend. */
export const isImprovement = (kind: IncidentKind): boolean =>
  kind === "faster" || kind === "steadier" || kind === "cheaper";
