import { type HeldFor, reportedSpan, type Span, type UnknownTime, unknownSpan } from "@oddrun/core";
import type { CleanTimes, HistoryRow } from "../../operations/history/import-history.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { type CellFault, isFault, readSeconds } from "./run-history-cells.ts";
import type { HistoryLayout } from "./run-history-columns.ts";

/** Every reason there is; the compiler asks for one that is added. */
const REASONS: Readonly<Record<UnknownTime, true>> = {
  "still-open": true,
  "not-recorded": true,
  "end-before-start": true,
  "out-of-range": true,
  "never-ran": true,
  "inherited-from-earlier-attempt": true,
  "held-back": true,
};

/** What `oddrun export` wrote beside the instants of a run. */
export interface CleanRunCells {
  /** Null where the row has not all of them: then they are worked out from the instants. */
  readonly times: HistoryRow["clean"];
  readonly heldFor: HeldFor | null;
}

export function readCleanRun(text: HistoryLayout["text"], cells: readonly string[]): CleanRunCells | CellFault {
  const times = readCleanTimes(text, cells, "");
  const heldTime = readSpan(text, cells, "held_time");
  const heldFor = readWord(text.held_for(cells), "held_for", ["approval", "concurrency"]);
  const endFrom = readWord(text.end_from(cells), "end_from", ["jobs", "run"]);
  for (const read of [times, heldTime, heldFor, endFrom]) if (isFault(read)) return read;
  const clean = times === null ? null : { ...(times as CleanTimes), heldTime: heldTime ?? NOT_RECORDED, endFrom };
  return { times: clean, heldFor } as CleanRunCells;
}

/** Null where one of the two is neither known nor unknown for a reason. */
export function readCleanTimes(
  text: HistoryLayout["text"],
  cells: readonly string[],
  of: "" | "job_",
): CleanTimes | null | CellFault {
  const duration = readSpan(text, cells, `${of}duration`);
  const queueTime = readSpan(text, cells, `${of}queue_time`);
  if (isFault(duration)) return duration;
  if (isFault(queueTime)) return queueTime;
  return duration === null || queueTime === null ? null : { duration, queueTime };
}

const NOT_RECORDED = unknownSpan("not-recorded");

function readWord<Word extends string>(cell: string, column: string, words: readonly Word[]): Word | null | CellFault {
  const text = cell.trim();
  if (text === "") return null;
  return (
    words.find((word) => word === text) ?? { fault: `${column} "${printable(text)}" is none of ${words.join(", ")}.` }
  );
}

type SpanName = "held_time" | "duration" | "queue_time" | "job_duration" | "job_queue_time";

function readSpan(text: HistoryLayout["text"], cells: readonly string[], name: SpanName): Span | null | CellFault {
  const reason = text[`${name}_unknown`](cells).trim();
  if (reason !== "") {
    if (Object.hasOwn(REASONS, reason)) return unknownSpan(reason as UnknownTime);
    const reasons = Object.keys(REASONS).join(", ");
    return { fault: `${name}_unknown "${printable(reason)}" is none of ${reasons}. Leave it empty.` };
  }
  const ms = readSeconds(text[`${name}_s`](cells), `${name}_s`);
  return ms === null || isFault(ms) ? ms : reportedSpan(ms);
}
