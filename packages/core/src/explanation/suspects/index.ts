export { focusOfFailures, focusOfMinutes, type SuspectFocus } from "./focus.ts";
export * from "./suspects.ts";
export { type EvidenceTraits, evidenceTraits, jobTraits, type Trait, type TraitKind } from "./trait.ts";
