import {
  HISTORY_COLUMNS,
  type HistoryColumn,
  type HistoryMapping,
  isHistoryColumn,
} from "../../adapters/files/run-history-columns.ts";
import { isMetricName, METRIC_NAME_RULE } from "../../operations/history/join-metric.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { problem } from "../../operations/problems.ts";
import type { CommandInput } from "../command.ts";

/** Reads --map, --set, --map-value and --metric. Problem: bad-usage. */
export function historyMapping(input: CommandInput): HistoryMapping {
  const columns = new Map<HistoryColumn, string>();
  for (const text of input.texts("map")) {
    const [ours, theirs] = twoParts(text, "map", "COLUMN=THEIRS, such as completed_at=updated_at");
    putOnce(columns, historyColumn(ours, "map"), theirs, "map");
  }
  const constants = new Map<HistoryColumn, string>();
  for (const text of input.texts("set")) {
    const [ours, value] = twoParts(text, "set", "COLUMN=VALUE, such as repository=octo/widgets");
    putOnce(constants, historyColumn(ours, "set"), value, "set");
  }
  const words = new Map<HistoryColumn, Map<string, string>>();
  for (const text of input.texts("map-value")) {
    const shape = "COLUMN:WORD=OURS, such as conclusion:PASSED=success";
    const [from, to] = twoParts(text, "map-value", shape);
    const colon = from.indexOf(":");
    if (colon < 1) throw problem("bad-usage", `--map-value "${printable(text)}" is not ${shape}.`);
    const column = historyColumn(from.slice(0, colon), "map-value");
    const ofColumn = words.get(column) ?? new Map<string, string>();
    words.set(column, ofColumn);
    putOnce(ofColumn, from.slice(colon + 1).toLowerCase(), to, "map-value");
  }
  const metrics = new Map<string, string>();
  for (const text of input.texts("metric")) {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    if (!isMetricName(name)) throw problem("bad-usage", `--metric "${printable(text)}": ${METRIC_NAME_RULE}`);
    putOnce(metrics, name, equals < 0 ? text : text.slice(equals + 1), "metric");
  }
  return { columns, constants, words, metrics };
}

function twoParts(text: string, option: string, shape: string): readonly [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1 || equals === text.length - 1) {
    throw problem("bad-usage", `--${option} "${printable(text)}" is not ${shape}.`);
  }
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function historyColumn(name: string, option: string): HistoryColumn {
  const lower = name.trim().toLowerCase();
  if (isHistoryColumn(lower)) return lower;
  const columns = HISTORY_COLUMNS.join(", ");
  throw problem("bad-usage", `--${option}: "${printable(name)}" is no column of a run history. They are ${columns}.`);
}

function putOnce<Key>(map: Map<Key, string>, key: Key, value: string, option: string): void {
  const before = map.get(key);
  if (before !== undefined && before !== value) {
    const both = `"${printable(before)}" and "${printable(value)}"`;
    throw problem("bad-usage", `--${option} gives ${printable(String(key))} two values: ${both}. Give one.`);
  }
  map.set(key, value);
}
