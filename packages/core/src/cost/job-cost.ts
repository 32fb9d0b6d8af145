import type { Job, Repository, UnknownTime } from "../pipeline/index.ts";
import type { PriceTable, RunnerPrice } from "./prices.ts";

const MINUTE_MS = 60_000;
const MICROS = 1_000_000;
/** The runner group of every standard runner of GitHub's. */
const STANDARD_GROUP = "github actions";
const SELF_HOSTED_LABEL = "self-hosted";

/** Why billed minutes have no price in dollars. */
export type NoPrice =
  /** A standard runner in a public repository: GitHub takes nothing. */
  | "free-public"
  /** One's own runner: GitHub takes nothing, and what the machine costs is not known here. */
  | "self-hosted"
  /** It depends on whether the repository is public, which was never told. */
  | "visibility-unknown"
  /** No label that the table knows. */
  | "label-unknown";

export type JobCost =
  | { readonly kind: "not-billed" }
  | { readonly kind: "unknown-time"; readonly reason: UnknownTime }
  | { readonly kind: "priced"; readonly minutes: number; readonly microUsd: number }
  | { readonly kind: "unpriced"; readonly minutes: number; readonly reason: NoPrice };

/**
 * What GitHub bills for a job: its execution rounded up to whole minutes, at least one where it ran at all, cancelled or not, times
 * the price of its runner. A job that never ran or was inherited from an earlier attempt costs nothing here. An unknown
 * length stays unknown. Money is in millionths of a US dollar, so that sums are exact.
 */
export function jobCost(job: CostedJob, visibility: Repository["visibility"], table: PriceTable): JobCost {
  const { duration } = job;
  if (duration.unknown === "never-ran" || duration.unknown === "inherited-from-earlier-attempt") {
    return { kind: "not-billed" };
  }
  if (duration.ms === null) return { kind: "unknown-time", reason: duration.unknown };
  const minutes = Math.max(1, Math.ceil(duration.ms / MINUTE_MS));
  const price = priceOf(job, visibility, table);
  return typeof price === "string"
    ? { kind: "unpriced", minutes, reason: price }
    : { kind: "priced", minutes, microUsd: minutes * Math.round(price.usdPerMinute * MICROS) };
}

export type CostedJob = Pick<Job, "duration" | "runnerLabels" | "runnerGroup" | "startedAtMs">;

/** The price of a minute of this job, or why there is none. */
export function priceOf(
  job: Pick<Job, "runnerLabels" | "runnerGroup" | "startedAtMs">,
  visibility: Repository["visibility"],
  { prices }: PriceTable,
): RunnerPrice | NoPrice {
  const labels = (job.runnerLabels ?? "").toLowerCase().split(",");
  const isOwn = labels.includes(SELF_HOSTED_LABEL);
  const inStandardGroup = !job.runnerGroup || job.runnerGroup.toLowerCase() === STANDARD_GROUP;
  const named = prices.filter(
    (candidate) =>
      // a runner of one's own may carry a label such as ubuntu-latest too
      (!candidate.isStandard || (inStandardGroup && !isOwn)) &&
      candidate.labels.some((pattern) => labels.some((label) => fits(pattern, label))),
  );
  const price = named.find(({ fromMs }) => fromMs === null || (job.startedAtMs !== null && job.startedAtMs >= fromMs));
  // free whatever it cost elsewhere on that day
  if (price === undefined && visibility === "public" && named.some(({ isStandard }) => isStandard))
    return "free-public";
  if (price === undefined) return isOwn ? "self-hosted" : "label-unknown";
  if (!price.isStandard) return price;
  if (visibility === null) return "visibility-unknown";
  return visibility === "public" ? "free-public" : price;
}

/** Whether a label is one that the pattern means; "*" stands for any characters. */
function fits(pattern: string, label: string): boolean {
  const [first = "", ...rest] = pattern.toLowerCase().split("*");
  if (rest.length === 0) return label === first;
  if (!label.startsWith(first)) return false;
  const last = rest.pop()!;
  let at = first.length;
  for (const piece of rest) {
    const found = label.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return label.length - last.length >= at && label.endsWith(last);
}
