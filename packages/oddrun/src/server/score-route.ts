import type { FastifyReply, FastifyRequest } from "fastify";
import { LIMITS, type ScoreRequestReader, scoreRequestReader } from "../api/index.ts";
import { problem } from "../operations/problems.ts";
import { PlacedProblem } from "./problem-reply.ts";
import { scoreRows } from "./score-rows.ts";
import type { ModelSource, ServedModel } from "./served-model.ts";

/** Rows in hand at one time; beyond it new batches are told to come again, so that waiting stays short. */
const ROWS_IN_HAND_MAX = 20 * LIMITS.rows;

export type ScoreHandler = (request: FastifyRequest, reply: FastifyReply) => string | Promise<string>;

/** `POST /score`: the whole batch by the model that is current when the body has arrived, or one problem. */
export function scoreHandler(models: ModelSource): ScoreHandler {
  const readers = new WeakMap<ServedModel, ScoreRequestReader>();
  let rowsInHand = 0;
  return (request, reply) => {
    const model = models.current();
    if (model === null) throw problem("model-unavailable");
    let read = readers.get(model);
    if (read === undefined) {
      read = scoreRequestReader(model.features);
      readers.set(model, read);
    }
    const reading = read(request.body);
    switch (reading.kind) {
      case "not-a-request":
        throw new PlacedProblem(problem("body-not-json", reading.detail), { pointer: reading.pointer });
      case "too-many-rows":
        throw new PlacedProblem(problem("too-many-rows", reading.rowCount, LIMITS.rows), { pointer: "/data" });
      case "bad-rows": {
        const { errors, errorCount } = reading;
        const found = problem("invalid-record", errorCount, model.features.join(", "));
        throw new PlacedProblem(found, { pointer: errors[0]!.pointer, errors, errorCount });
      }
      case "rows":
    }
    const { values, rowCount, ignored } = reading;
    if (rowsInHand + rowCount > ROWS_IN_HAND_MAX) throw problem("server-busy");
    reply.header("content-type", "application/json; charset=utf-8");
    const answer = scoreRows(model, values, rowCount, ignored);
    if (typeof answer === "string") return answer;
    rowsInHand += rowCount;
    return answer.finally(() => {
      rowsInHand -= rowCount;
    });
  };
}
