/** The one table of outputs: action.yml and docs/action.md are held against it by a test. */
export const OUTPUTS = [
  {
    name: "anomalous",
    description:
      "true when there is a finding: of watch and report an open change, of check and gate something beyond noise in this run.",
  },
  { name: "score", description: "How odd the oddest run that was looked at is, 0 to 1; empty when none was judged." },
  { name: "findings", description: "The findings as a JSON array, biggest first; at most 50 of them." },
  { name: "incidents", description: "How many incidents are open." },
  { name: "summary-file", description: "Path of the summary as Markdown, for a further step." },
  {
    name: "state",
    description: "restored (from the cache), new (nothing was there), or none (no cache to keep it in).",
  },
] as const;

export type OutputName = (typeof OUTPUTS)[number]["name"];
