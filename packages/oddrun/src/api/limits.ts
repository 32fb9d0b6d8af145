/** What one request may hold. Beyond any of these it is refused as a whole, with the limit in the message. */
export const LIMITS = {
  bodyBytes: 1_048_576,
  rows: 10_000,
  keysPerRow: 200,
  /** Levels of nesting in a body, the outermost object being the first. */
  depth: 16,
  textChars: 1_000,
  buildIdChars: 256,
  /** 35 days: no run of GitHub Actions may take longer. */
  durationSeconds: 3_024_000,
  /** Mistakes told of one request; the rest is counted. */
  errorsTold: 20,
  /** Characters of the sender's own input that an answer may repeat. */
  echoChars: 80,
  pageRunsMax: 200,
  pageRunsDefault: 50,
} as const;
