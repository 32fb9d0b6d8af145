import { SCORE_ROLE } from "./deploy-smoke.ts";
import { readScoreReply, type RecordMistake, type ScoreAnswer, type ScoreOutcome } from "./endpoint-answer.ts";
import type { EndpointScorer } from "./endpoint-platform.ts";
import type { MetricsBatch, ScoredBatch } from "../ports.ts";
import { type Problem, problem } from "../problems.ts";
import { printable } from "../text/visible-text.ts";

/** Below the 1 MiB that the server takes, and small enough for the platform's time-out. */
const REQUEST_BYTES_MAX = 900_000;
const REQUEST_ROWS_MAX = 2_000;
/** A deployment of one instance takes this many without making any wait. */
const REQUESTS_IN_FLIGHT = 4;
/** The server names the first mistakes only, so that a request with many is sent several times without those named. */
const RESENDS_MAX = 20;

export interface EndpointScoreOptions {
  /** Null leaves the choice to the traffic rules. */
  readonly deployment: string | null;
  /** Keeps a record that the model refuses, instead of stopping at it. */
  readonly passOver: ((id: string, what: string) => Promise<void>) | null;
  /** The model that answered a request, by its SHA-256. */
  readonly answeredBy: (modelSha256: string) => void;
}

/** Some records, as they are sent in one request. */
interface Request {
  readonly ids: readonly string[];
  readonly rows: readonly unknown[];
  /** Place of the first among all records, from 1. */
  readonly first: number;
}

interface RequestOutcome {
  readonly batch: ScoredBatch;
  /** Records that the model does not take. */
  readonly refused: readonly { readonly id: string; readonly what: string }[];
}

/** Scores records behind an endpoint, several requests at a time, and answers in the order given: each record once. */
export async function* scoreThroughEndpoint(
  scorer: EndpointScorer,
  batches: AsyncIterable<MetricsBatch>,
  options: EndpointScoreOptions,
): AsyncGenerator<ScoredBatch> {
  const inFlight: Promise<RequestOutcome>[] = [];
  /** One at a time and in the order given: who keeps what is passed over need not expect several at once. */
  const next = async () => {
    const { batch, refused } = await inFlight.shift()!;
    for (const { id, what } of refused) await options.passOver?.(id, what);
    return batch;
  };
  try {
    for await (const request of requestsOf(batches)) {
      const answer = scoreRequest(scorer, request, options);
      // looked at in its turn; until then a failure is nobody's
      answer.catch(() => undefined);
      inFlight.push(answer);
      if (inFlight.length === REQUESTS_IN_FLIGHT) yield await next();
    }
    while (inFlight.length > 0) yield await next();
  } finally {
    await Promise.allSettled(inFlight);
  }
}

async function* requestsOf(batches: AsyncIterable<MetricsBatch>): AsyncGenerator<Request> {
  let first = 1;
  for await (const { ids, features, values, rowCount } of batches) {
    for (let row = 0; row < rowCount; ) {
      const rows: unknown[] = [];
      let bytes = 0;
      const from = row;
      while (row < rowCount && rows.length < REQUEST_ROWS_MAX) {
        const record = recordOf(ids[row]!, features, values.subarray(row * features.length));
        // a UTF-16 unit is at most three bytes
        bytes += JSON.stringify(record).length * 3 + 1;
        if (rows.length > 0 && bytes > REQUEST_BYTES_MAX) break;
        rows.push(record);
        row += 1;
      }
      yield { ids: ids.slice(from, row), rows, first };
      first += row - from;
    }
  }
}

function recordOf(id: string, features: readonly string[], values: Float64Array): Readonly<Record<string, unknown>> {
  const known = features.map((name, column) => {
    const value = values[column]!;
    return [name, Number.isNaN(value) ? null : value] as const;
  });
  // the server takes names of 1 to 256 characters and does not look at them
  const named = id !== "" && id.length <= 256;
  return Object.fromEntries(named ? [["build_id", id], ...known] : known);
}

async function scoreRequest(
  scorer: EndpointScorer,
  request: Request,
  { deployment, passOver, answeredBy }: EndpointScoreOptions,
): Promise<RequestOutcome> {
  let { ids, rows } = request;
  const refused: { readonly id: string; readonly what: string }[] = [];
  for (let resends = 0; ; resends += 1) {
    if (rows.length === 0)
      return { batch: scored([], { predictions: [], scores: [], reasons: [], modelSha256: "" }), refused };
    const outcome = readScoreReply(await scorer.score({ data: rows }, deployment), rows.length);
    if (outcome.kind === "scored") {
      answeredBy(outcome.answer.modelSha256);
      return { batch: scored(ids, outcome.answer), refused };
    }
    const mistakes = outcome.kind === "records-refused" ? mistakesByRow(outcome.mistakes, rows.length) : null;
    if (passOver === null || mistakes === null || mistakes.size === 0 || resends === RESENDS_MAX) {
      throw problemOf(outcome, scorer.place, deployment, { ...request, ids });
    }
    for (const [row, what] of mistakes) refused.push({ id: ids[row]!, what });
    ids = ids.filter((_, row) => !mistakes.has(row));
    rows = rows.filter((_, row) => !mistakes.has(row));
  }
}

/** What is wrong with each row, all of it. */
function mistakesByRow(mistakes: readonly RecordMistake[], rowCount: number): ReadonlyMap<number, string> {
  const byRow = new Map<number, string>();
  for (const { row, what } of mistakes) {
    const before = byRow.get(row);
    if (row < rowCount) byRow.set(row, before === undefined ? what : `${before}; ${what}`);
  }
  return byRow;
}

function scored(ids: readonly string[], answer: ScoreAnswer): ScoredBatch {
  return {
    ids,
    scores: Float64Array.from(answer.scores),
    isAnomaly: (row) => answer.predictions[row]!,
    reason: (row) => answer.reasons[row] ?? "",
  };
}

function problemOf(
  outcome: Exclude<ScoreOutcome, { kind: "scored" }>,
  place: string,
  deployment: string | null,
  { ids, first }: Pick<Request, "ids" | "first">,
): Problem {
  switch (outcome.kind) {
    case "records-refused": {
      const [mistake] = outcome.mistakes.filter(({ row }) => row < ids.length);
      const range = `one of the records ${first} to ${first + ids.length - 1}`;
      const record = mistake === undefined ? range : `record "${printable(ids[mistake.row]!)}"`;
      const what = mistake?.what ?? (outcome.what || `status ${outcome.status}`);
      return problem("endpoint-records-refused", place, record, what.replace(/\.$/, ""));
    }
    case "not-signed-in":
      return problem("endpoint-refused", place, SIGN_IN);
    case "not-allowed":
      return problem("endpoint-refused", place, `it is not allowed (403); ${SCORE_ROLE}.`);
    case "nothing-there":
      return problem("endpoint-idle", place, deployment);
    case "model-failed":
      return problem("endpoint-model-failed", place, outcome.status, outcome.what);
    case "unusable":
  }
  return problem("endpoint-answer-unusable", place, outcome.what);
}

const SIGN_IN = `the sign-in is not accepted (401). An endpoint made with --auth key wants its key in ODDRUN_ENDPOINT_KEY ("oddrun deploy azureml NAME --key" prints it); with Entra, ${SCORE_ROLE}.`;
