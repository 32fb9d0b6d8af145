import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { IgnoredFields } from "../api/index.ts";
import type { ServedModel } from "./served-model.ts";

const BLOCK_ROWS = 256;

/** How long other requests, health among them, may have to wait for a big batch. */
const TURN_MS = 8;

/**
 * Scores row-major numbers and writes the answer of `POST /score`, all of it by one model. Batches beyond a block let other
 * requests in between; one row needs no turn of the event loop.
 */
export function scoreRows(
  model: ServedModel,
  values: Float64Array,
  rowCount: number,
  ignored: IgnoredFields | null,
): string | Promise<string> {
  const answer = new AnswerText();
  if (rowCount <= BLOCK_ROWS) {
    scoreBlock(model, values, 0, rowCount, answer);
    return answer.finish(model, ignored);
  }
  return scoreInTurns(model, values, rowCount, ignored, answer);
}

async function scoreInTurns(
  model: ServedModel,
  values: Float64Array,
  rowCount: number,
  ignored: IgnoredFields | null,
  answer: AnswerText,
): Promise<string> {
  let turnStartMs = performance.now();
  for (let first = 0; first < rowCount; first += BLOCK_ROWS) {
    if (performance.now() - turnStartMs > TURN_MS) {
      await nextTurn();
      turnStartMs = performance.now();
    }
    scoreBlock(model, values, first, Math.min(first + BLOCK_ROWS, rowCount), answer);
  }
  return answer.finish(model, ignored);
}

function scoreBlock(model: ServedModel, values: Float64Array, first: number, end: number, answer: AnswerText): void {
  const width = model.features.length;
  const block = values.subarray(first * width, end * width);
  const scores = model.scores({ values: block, rowCount: end - first, featureCount: width });
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index]!;
    const isOdd = model.isOdd(score);
    answer.add(score, isOdd, isOdd ? model.reason(block.subarray(index * width, (index + 1) * width)) : null);
  }
}

/** The answer's three lists as growing text: cheaper than lists of objects for the serialiser to walk. */
class AnswerText {
  #predictions = "";
  #scores = "";
  #reasons = "";

  add(score: number, isOdd: boolean, reason: string | null): void {
    const comma = this.#scores === "" ? "" : ",";
    this.#predictions += isOdd ? `${comma}true` : `${comma}false`;
    this.#scores += comma + score;
    this.#reasons += comma + (reason === null ? "null" : JSON.stringify(reason));
  }

  finish(model: ServedModel, ignored: IgnoredFields | null): string {
    const note = ignored === null ? "" : `,"ignored":${JSON.stringify(ignored)}`;
    return `{"predictions":[${this.#predictions}],"scores":[${this.#scores}],"reasons":[${this.#reasons}],${modelText(model)}${note}}`;
  }
}

const modelTexts = new WeakMap<ServedModel, string>();

function modelText(model: ServedModel): string {
  let text = modelTexts.get(model);
  if (text === undefined) {
    const { version, sha256, threshold } = model;
    text = `"threshold":${JSON.stringify(threshold)},"model":${JSON.stringify({ version, sha256 })}`;
    modelTexts.set(model, text);
  }
  return text;
}
