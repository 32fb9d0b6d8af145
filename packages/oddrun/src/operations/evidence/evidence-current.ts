import type { Evidence } from "@oddrun/core";
import type { StoredEvidence } from "./evidence-store.ts";

/** Of one attempt's evidence what holds: when logs are read again, another job may be the one that differs most. */
export function currentEvidence(stored: readonly StoredEvidence[]): readonly Evidence[] {
  return stored
    .filter(({ evidence: { kind }, gatheredAtMs }) => {
      if (kind !== "runner" && kind !== "cache") return true;
      return stored.every((other) => other.evidence.kind !== kind || other.gatheredAtMs <= gatheredAtMs);
    })
    .map(({ evidence }) => evidence);
}
