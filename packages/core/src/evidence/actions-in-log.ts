import type { ActionChange } from "./evidence.ts";
import { logLines } from "./log-lines.ts";

const ACTIONS_MAX = 500;

/**
 * The commit that each action was taken from, by "owner/name@ref", as the set-up part of a job's log tells: a tag such as v4 may name
 * another commit every day.
 */
export function actionsInLog(log: string): ReadonlyMap<string, string> {
  const commits = new Map<string, string>();
  for (const { text, group, isSetUp } of logLines(log)) {
    if (!isSetUp || commits.size >= ACTIONS_MAX) break;
    const download = /^Download action repository '([^']{1,300})' \(SHA:([0-9a-f]{40,64})\)$/.exec(text);
    if (download !== null) commits.set(download[1]!, download[2]!);
    const packaged = /^Download immutable action package '([^']{1,300})'$/.exec(group ?? "");
    const source = /^Source commit SHA: ([0-9a-f]{40,64})$/.exec(text);
    if (packaged !== null && source !== null) commits.set(packaged[1]!, source[1]!);
  }
  return commits;
}

/** Actions that both jobs took under one reference and that are of another commit now. */
export function movedActions(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): readonly ActionChange[] {
  return [...now].flatMap(([name, commit]) => {
    const earlier = before.get(name);
    return earlier === undefined || earlier === commit ? [] : [{ name, from: [earlier], to: [commit] }];
  });
}
