import type { Finding } from "../summary/findings.ts";

/** What a run may be held to. "any" is all that is for the worse. */
export const FAIL_ON = ["slower", "failing", "any"] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** The findings that a run held to these fails for: those for the worse, and as sure as asked for. */
export function failsOn(findings: readonly Finding[], kinds: readonly FailOn[], surenessMin = 0): readonly Finding[] {
  return findings.filter(({ kind, sureness }) => {
    const isMeant = kinds.some(
      (wanted) => wanted === kind || (wanted === "any" && (kind === "slower" || kind === "failing")),
    );
    return isMeant && sureness >= surenessMin;
  });
}
