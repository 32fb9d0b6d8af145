import { BLOCK_ROWS, type ExportSource, type ExportTable, readCounter } from "./export-table.ts";
import { inBatches } from "./in-batches.ts";
import { joinedColumns, type MetricRecord, metricRecords } from "../models/tabulate-runs.ts";

/**
 * The stored runs as pipeline metrics, the very records that `train` makes of them: build_id, duration (s), failure_rate,
 * then each joined metric. The runs are read twice: the columns must be known before the first row.
 */
export async function exportMetrics({ store, filter, onRead }: ExportSource): Promise<ExportTable> {
  const names = new Set<string>();
  const records = () => metricRecords(store, filter, readCounter(onRead));
  for await (const { metrics } of records()) for (const name of metrics.keys()) names.add(name);
  const joined = joinedColumns(names);
  const row = ({ id, durationS, failureRate, metrics }: MetricRecord) => [
    id,
    durationS,
    failureRate,
    ...joined.map((name) => metrics.get(name) ?? null),
  ];
  return {
    columns: [
      { name: "build_id", kind: "text" },
      ...["duration", "failure_rate", ...joined].map((name) => ({ name, kind: "number" }) as const),
    ],
    blocks: (async function* () {
      for await (const batch of inBatches(records(), BLOCK_ROWS)) yield batch.map(row);
    })(),
  };
}
