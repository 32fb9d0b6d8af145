export * from "./alert-word.ts";
export * from "./incident-identity.ts";
