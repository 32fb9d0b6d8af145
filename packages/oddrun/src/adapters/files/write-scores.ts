import type { ScoredBatch } from "../../operations/ports.ts";
import { csvCell } from "./csv-cell.ts";
import type { Output } from "./output.ts";
import { printableJson, visible } from "../../operations/text/visible-text.ts";
import type { Spool } from "./spool.ts";

export type ScoreFormat = "csv" | "json" | "ndjson";

export interface ScoreWriter {
  write(batch: ScoredBatch): Promise<void>;
  /** Completes the text. The output is still to be committed. */
  end(): Promise<void>;
  /** Frees what is held; harmless after `end`. */
  abort(): Promise<void>;
}

/**
 * Writes scores to an output, in bounded memory for any number of rows:
 * csv `build_id,score,is_anomaly,reason` (0 or 1; a reason for odd rows only), ndjson one object a row, json the shape of
 * the scoring answer, {"predictions": [...], "scores": [...], "reasons": [...]}.
 * Ids come back unchanged through `readMetrics`; in a terminal control characters are made visible.
 */
export async function scoreWriter(output: Output, format: ScoreFormat): Promise<ScoreWriter> {
  if (format === "json") return jsonScores(output);
  const shown = output.isTerminal ? visible : (text: string) => text;
  const lineOf = format === "csv" ? csvLine : jsonLine;
  if (format === "csv") await output.write("build_id,score,is_anomaly,reason\n");
  return {
    write: async ({ ids, scores, isAnomaly, reason }) => {
      const lines = ids.map((id, row) => {
        const odd = isAnomaly(row);
        return lineOf(shown(id), scores[row] as number, odd ? shown(reason(row)) : null);
      });
      await output.write(lines.join(""));
    },
    end: async () => undefined,
    abort: async () => undefined,
  };
}

function csvLine(id: string, score: number, reason: string | null): string {
  return reason === null ? `${csvCell(id)},${score},0,\n` : `${csvCell(id)},${score},1,${csvCell(reason)}\n`;
}

function jsonLine(id: string, score: number, reason: string | null): string {
  return `${printableJson(JSON.stringify({ build_id: id, score, is_anomaly: reason !== null, reason }))}\n`;
}

/** Three lists one after the other: the later two wait in temporary files. */
async function jsonScores(output: Output): Promise<ScoreWriter> {
  const { openSpool } = await import("./spool.ts");
  const scoreSpool = await openSpool();
  const reasonSpool = await openSpool();
  let isFirst = true;
  await output.write('{"predictions":[');
  const close = async () => {
    await scoreSpool.close();
    await reasonSpool.close();
  };
  return {
    write: async ({ ids, scores, isAnomaly, reason }) => {
      if (ids.length === 0) return;
      const odd = ids.map((_, row) => isAnomaly(row));
      const comma = isFirst ? "" : ",";
      isFirst = false;
      await output.write(comma + odd.join(","));
      await scoreSpool.write(comma + ids.map((_, row) => scores[row]).join(","));
      await reasonSpool.write(
        comma + odd.map((is, row) => (is ? printableJson(JSON.stringify(reason(row))) : "null")).join(","),
      );
    },
    end: async () => {
      await output.write('],"scores":[');
      await copy(scoreSpool, output);
      await output.write('],"reasons":[');
      await copy(reasonSpool, output);
      await output.write("]}\n");
      await close();
    },
    abort: close,
  };
}

async function copy(spool: Spool, output: Output): Promise<void> {
  for await (const text of spool.read()) {
    if (output.isClosed) return;
    await output.write(text);
  }
}
