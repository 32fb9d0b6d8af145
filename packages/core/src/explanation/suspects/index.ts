export * from "./suspects.ts";
export { type EvidenceTraits, evidenceTraits, jobTraits, type Trait, type TraitKind } from "./trait.ts";
