import { readScoreReply } from "./endpoint-answer.ts";
import type { EndpointScorer } from "./endpoint-platform.ts";
import { problem } from "../problems.ts";
import { printable } from "../text/visible-text.ts";

/** Records whose answers are known, since the model that is deployed scored them here. */
export interface SmokeProbe {
  readonly records: readonly Readonly<Record<string, unknown>>[];
  /** 0 to 1, one a record. */
  readonly scores: readonly number[];
  /** SHA-256 of the model's model.json. */
  readonly modelSha256: string;
}

/** Role assignments and a new deployment's address take some minutes to be known everywhere. */
const SMOKE_TRIES = 12;
const FIRST_WAIT_MS = 5_000;
const WAIT_MAX_MS = 60_000;
/** The same arithmetic on another machine. */
const SCORE_TOLERANCE = 1e-9;

/**
 * Asks a deployment (null: whichever has traffic) and compares each score with the one known. What a fresh deployment may say at first is asked again.
 * @throws Problem "smoke-test-failed"
 */
export async function smokeTest(
  scorer: EndpointScorer,
  probe: SmokeProbe,
  deployment: string | null,
  wait: (durationMs: number) => Promise<void>,
): Promise<void> {
  const where = deployment ?? "the endpoint";
  for (let tryCount = 1; ; tryCount += 1) {
    const verdict = await smokeOnce(scorer, probe, deployment);
    if (verdict === null) return;
    if (!verdict.mayPass || tryCount === SMOKE_TRIES) {
      throw problem("smoke-test-failed", where, verdict.what, tryCount);
    }
    await wait(Math.min(FIRST_WAIT_MS * 2 ** (tryCount - 1), WAIT_MAX_MS));
  }
}

/** Null when all is as it should be. */
async function smokeOnce(
  scorer: EndpointScorer,
  { records, scores, modelSha256 }: SmokeProbe,
  deployment: string | null,
): Promise<{ readonly what: string; readonly mayPass: boolean } | null> {
  const outcome = readScoreReply(await scorer.score({ data: records }, deployment), records.length);
  switch (outcome.kind) {
    case "not-signed-in":
      return { what: `it does not take the sign-in (401)${scorer.auth === "key" ? KEY_HINT : ""}`, mayPass: true };
    case "not-allowed":
      return { what: `it refuses the caller (403); ${SCORE_ROLE}`, mayPass: true };
    case "nothing-there":
      return { what: "no such deployment (404)", mayPass: true };
    case "model-failed":
      return {
        what: `the container answered ${outcome.status} ${outcome.what}`.trim(),
        mayPass: outcome.status >= 500,
      };
    case "records-refused":
      return {
        what: `the container refused the model's own features (${outcome.status}): ${outcome.what}`,
        mayPass: false,
      };
    case "unusable":
      return { what: `its answer is unusable: ${outcome.what}`, mayPass: false };
    case "scored":
  }
  const { answer } = outcome;
  if (answer.modelSha256 !== modelSha256) {
    // traffic rules are not known everywhere at once either
    return { what: `another model answers: ${printable(answer.modelSha256, 13) || "it names none"}`, mayPass: true };
  }
  const wrong = scores.findIndex((score, row) => Math.abs(score - answer.scores[row]!) > SCORE_TOLERANCE);
  if (wrong === -1) return null;
  return {
    what: `record ${wrong + 1} got the score ${answer.scores[wrong]}, and ${scores[wrong]} is right`,
    mayPass: false,
  };
}

const KEY_HINT = "; ODDRUN_ENDPOINT_KEY, when set, has to be this endpoint's key";

/** What a caller needs who is refused. */
export const SCORE_ROLE =
  "the caller needs Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action on it, as AzureML Data Scientist has";
