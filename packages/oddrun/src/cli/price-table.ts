import type { PriceTable } from "@oddrun/core";
import { problem } from "../operations/problems.ts";
import type { CommandContext, CommandInput, OptionSpec } from "./command.ts";

const PRICES_BYTES_MAX = 1 << 20;

/** Options of the commands that tell what minutes cost. */
export const PRICE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "prices",
    value: "FILE",
    description:
      "Prices of your own, before GitHub's: CSV with label,usd_per_minute[,from] or JSON; a label may have *",
  },
  {
    name: "visibility",
    value: "WHICH",
    description:
      "Take repositories of which it was never told for public or private: standard runners are free in public ones",
  },
];

/** The prices of --prices before GitHub's own. */
export async function priceTable(input: CommandInput, context: CommandContext): Promise<PriceTable> {
  const { GITHUB_PRICES, overriding } = await import("@oddrun/core");
  const file = input.text("prices");
  if (file === undefined) return GITHUB_PRICES;
  const { openSource } = await import("../adapters/files/open-source.ts");
  const { readPrices } = await import("../operations/usage/read-prices.ts");
  const source = await openSource(file, { stdin: context.stdin });
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of source.chunks) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > PRICES_BYTES_MAX)
        throw problem("input-format", source.shownName, "it is larger than 1 MB: is it a price table?");
    }
    const today = new Date(context.now()).toISOString().slice(0, 10);
    return overriding(readPrices(Buffer.concat(chunks).toString("utf8"), source.shownName, today), GITHUB_PRICES);
  } finally {
    await source.close();
  }
}
