import { reportedSpan, type Span, type UnknownTime, unknownSpan } from "@oddrun/core";
import type { CleanSpans } from "../../operations/import-history.ts";
import { printable } from "../../operations/visible-text.ts";
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

/**
 * The clean times that `oddrun export` wrote beside the instants: each known, or unknown with its reason. Null where the
 * row has not both; then they are worked out from the instants.
 */
export function readSpans(
  text: HistoryLayout["text"],
  cells: readonly string[],
  of: "" | "job_",
): CleanSpans | null | CellFault {
  const duration = readSpan(text, cells, `${of}duration`);
  const queueTime = readSpan(text, cells, `${of}queue_time`);
  if (isFault(duration)) return duration;
  if (isFault(queueTime)) return queueTime;
  return duration === null || queueTime === null ? null : { duration, queueTime };
}

type SpanName = "duration" | "queue_time" | "job_duration" | "job_queue_time";

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
