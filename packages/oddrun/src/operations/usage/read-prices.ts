import { GITHUB_PRICES, type PriceTable, type RunnerPrice } from "@oddrun/core";
import { problem } from "../problems.ts";
import { printable } from "../text/visible-text.ts";

const COLUMNS = ["label", "usd_per_minute", "from"] as const;
/** Dearer than anything GitHub lets: more is cents, or a price an hour, by mistake. */
const USD_MAX = 10;
/** Another price for one of GitHub's standard runners leaves it free in public repositories. */
const STANDARD_LABELS = new Set(GITHUB_PRICES.prices.flatMap(({ labels, isStandard }) => (isStandard ? labels : [])));

/**
 * A price table of one's own: CSV with the columns label, usd_per_minute and perhaps from (the day the price holds from), or JSON
 * `{"source": ..., "date": ..., "prices": [{"label": ..., "usd_per_minute": ..., "from": ...}]}`. A label may have "*" for any
 * characters. Problem: input-format, with the line or the place in the list.
 */
export function readPrices(text: string, shownName: string, today: string): PriceTable {
  const {
    source = shownName,
    date = today,
    entries,
  } = /^\uFEFF?\s*[{[]/.test(text) ? fromJson(text, shownName) : { entries: fromCsv(text, shownName) };
  if (entries.length === 0) throw problem("input-format", shownName, "it has no price.");
  const prices = entries.map(({ place, ...entry }) => runnerPrice(entry, `${place}: `, shownName));
  // the newest price that holds already is the one
  return { source, date, prices: prices.sort((one, other) => (other.fromMs ?? -1) - (one.fromMs ?? -1)) };
}

interface Entry {
  readonly place: string;
  readonly label: unknown;
  readonly usd: unknown;
  readonly from: unknown;
}

function fromCsv(text: string, shownName: string): readonly Entry[] {
  const [header = "", ...lines] = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const names = header.split(",").map((name) => name.trim().toLowerCase());
  const [label, usd, from] = COLUMNS.map((name) => names.indexOf(name)) as [number, number, number];
  if (label === -1 || usd === -1) {
    throw problem("input-format", shownName, 'its first line must name the columns: "label,usd_per_minute".');
  }
  return lines.flatMap((line, index) => {
    const cells = line.split(",").map((cell) => cell.trim());
    if (line.trim() === "" || line.startsWith("#")) return [];
    const place = `line ${index + 2}`;
    if (cells.length > names.length || line.includes('"')) {
      throw problem("input-format", shownName, `${place}: write one plain label, without quotes or commas, a line.`);
    }
    return [{ place, label: cells[label], usd: numberOf(cells[usd]), from: from === -1 ? "" : cells[from] }];
  });
}

const numberOf = (text: string | undefined): number | string | undefined =>
  text !== undefined && /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : text;

function fromJson(text: string, shownName: string): { source?: string; date?: string; entries: readonly Entry[] } {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw problem("input-format", shownName, "it is no JSON that can be read.");
  }
  const { source, date, prices } = (Array.isArray(json) ? { prices: json } : json) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(prices)) throw problem("input-format", shownName, 'it needs a list "prices".');
  const entries = (prices as readonly unknown[]).map((price, index) => {
    const entry = (typeof price === "object" && price !== null ? price : {}) as Readonly<Record<string, unknown>>;
    return { place: `price ${index + 1}`, label: entry["label"], usd: entry["usd_per_minute"], from: entry["from"] };
  });
  return {
    ...(typeof source === "string" ? { source } : {}),
    ...(typeof date === "string" ? { date } : {}),
    entries,
  };
}

function runnerPrice({ label, usd, from }: Omit<Entry, "place">, place: string, shownName: string): RunnerPrice {
  const refuse = (what: string) => problem("input-format", shownName, `${place}${what}`);
  if (typeof label !== "string" || !/^[^\s,"]{1,255}$/.test(label)) throw refuse("it names no label of a runner.");
  if (typeof usd !== "number" || !(usd >= 0 && usd <= USD_MAX)) {
    const shown = printable(usd === undefined ? "" : JSON.stringify(usd), 40);
    throw refuse(`usd_per_minute is ${shown}; US dollars a minute from 0 to ${USD_MAX} are taken, such as 0.022.`);
  }
  const day = from === undefined || from === null || from === "" ? null : from;
  if (day !== null && !(typeof day === "string" && isDay(day))) {
    throw refuse(`from is ${printable(JSON.stringify(day), 40)}, and must be a day such as 2026-01-31.`);
  }
  const isStandard = STANDARD_LABELS.has(label.toLowerCase());
  return { labels: [label], usdPerMinute: usd, fromMs: day === null ? null : Date.parse(day), isStandard };
}

/** Also that it exists: JavaScript takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
