import { join } from "node:path";
import { grouped } from "../../operations/text/grouped-number.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput } from "../command.ts";
import { isUntouchedSample } from "../sample-file.ts";
import { collectSettings } from "./collect-settings.ts";

const CONCURRENCY = 4;

/**
 * Collects the runs of the repository of --from and writes those that can be learnt from to `file`; answers with what a person should
 * know of it. Nothing is asked of GitHub when the file is there already and may not be replaced: only the
 * sample that `train` itself wrote, or what --force names.
 */
export async function collectForTraining(
  file: string,
  input: CommandInput,
  context: CommandContext,
): Promise<readonly string[]> {
  const from = input.text("from") ?? "";
  if (!from.includes("/")) {
    throw problem("bad-usage", `--from takes one repository, "owner/name", not "${printable(from)}".`);
  }
  const settings = collectSettings([from], input, context);
  const mayReplace = async () => input.isSet("force") || (await isUntouchedSample(file));
  const { checkOutputPlace } = await import("../../adapters/files/atomic-file.ts");
  await checkOutputPlace(file, { force: await mayReplace(), wayOut: "Replace it with --force." });

  const { collectFromGithub } = await import("./collect-github.ts");
  const summary = await collectFromGithub(settings, CONCURRENCY, context);
  context.signal.throwIfAborted();
  const [failed] = summary.repositories.failed;
  if (failed !== undefined) throw problem("collection-failed", failed.message);
  if (summary.stopped?.reason === "problem") throw problem("collection-failed", summary.stopped.message);
  const rowCount = await writeMetrics(file, from, context, await mayReplace());
  const { added, changed } = summary.attempts;
  return [
    `Collected ${plural(added + changed, "new or changed run attempt")} of ${printable(from, 200)} with ${plural(summary.requests.sent, "request")}; ${plural(rowCount, "record")} written to ${file}.`,
    ...(summary.stopped === null
      ? []
      : [
          `The requests of --max-requests are used up: this is what could be had so far, newest first. The same command with --force goes on.`,
        ]),
  ];
}

async function writeMetrics(
  file: string,
  repository: string,
  context: CommandContext,
  force: boolean,
): Promise<number> {
  const { openStore } = await import("../../adapters/store/index.ts");
  const { exportMetrics } = await import("../../operations/history/export-metrics.ts");
  const { csvSink } = await import("../../adapters/files/export-sink.ts");
  const place = join(context.dataDir, "oddrun.db");
  const store = await openStore(place, { readOnly: true });
  try {
    const onRead = async (): Promise<void> => {};
    const table = await exportMetrics({ store, filter: { repository }, onRead });
    const sink = await csvSink(file, table.columns, context.stdout, { force });
    let rowCount = 0;
    try {
      for await (const block of table.blocks) {
        await sink.write(block);
        rowCount += block.length;
      }
      if (rowCount === 0) {
        throw problem("no-runs", `${place} of ${repository} that ended in success or failure after a known time`);
      }
      await sink.commit();
    } finally {
      await sink.abort();
    }
    return rowCount;
  } finally {
    await store.close();
  }
}

const plural = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;
