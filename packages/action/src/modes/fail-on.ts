import type { Store } from "oddrun/internal/adapters/store/index";
import type { RunCheck } from "oddrun/internal/operations/check/run-check";
import type { Finding } from "oddrun/internal/operations/summary/findings";
import { printable } from "oddrun/ports";
import { badInput, inputText } from "../inputs.ts";

/** What gate may fail on: kinds of findings of a run, an odd run, or any of these. */
export const FAIL_ON = ["slower", "failing", "odd", "any"] as const;
export type FailOn = (typeof FAIL_ON)[number];

export function failOn(env: Readonly<Record<string, string | undefined>>): ReadonlySet<FailOn> {
  const words = inputText(env, "fail-on")
    .split(/[\s,]+/)
    .filter((word) => word !== "");
  const unknown = words.find((word) => !FAIL_ON.some((known) => known === word));
  if (unknown !== undefined || words.length === 0) {
    throw badInput("fail-on", `names "${printable(unknown ?? "")}"; it lists ${FAIL_ON.join(", ")}`);
  }
  return new Set(words as FailOn[]);
}

/** Why the gate stays shut, the biggest reason first; none where it opens. */
export async function reasonsToFail(
  store: Store,
  wanted: ReadonlySet<FailOn>,
  findings: readonly Finding[],
  checks: readonly RunCheck[],
): Promise<readonly string[]> {
  const isWanted = (word: FailOn): boolean => wanted.has(word) || wanted.has("any");
  const ofFindings = findings
    .filter(({ kind }) => (kind === "slower" || kind === "failing") && isWanted(kind))
    .map(({ text }) => text);
  if (!isWanted("odd")) return ofFindings;
  const verdicts = await store.latestVerdicts(checks.map(({ run }) => run));
  const odd = verdicts.filter(({ verdict }) => verdict.kind === "anomalous");
  return [...ofFindings, ...odd.map(({ runId }) => `run ${runId} is unlike its fellows`)];
}
