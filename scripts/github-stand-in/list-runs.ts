import { latestAttempt } from "./corpus.ts";
import { runText } from "./payloads.ts";
import {
  failure,
  linkHeader,
  pageOf,
  type Reply,
  type RouteContext,
  type RoutedRequest,
  text,
  withLink,
} from "./reply.ts";
import { firstCreatedAfter, type Repository, type Run } from "./world.ts";

const FILTERS = ["actor", "branch", "check_suite_id", "created", "event", "head_sha", "status"];
const STATUS_WORDS = new Set(
  "completed action_required cancelled failure neutral skipped stale success timed_out in_progress queued requested waiting pending".split(
    " ",
  ),
);

/** The runs of a repository, or of one workflow of it, newest first, with the limits GitHub puts on such lists. */
export function listRuns(
  { world, place, options }: RouteContext,
  repository: Repository,
  { query }: RoutedRequest,
  workflowId: number | null = null,
): Reply {
  const window = createdWindow(query.get("created"));
  const status = query.get("status");
  if (window === null || (status !== null && !STATUS_WORDS.has(status))) return failure(422, "Validation Failed");
  const { perPage, page } = pageOf(query);
  const isFiltered = FILTERS.some((name) => query.has(name));
  if (!isFiltered && page * perPage > options.unfilteredItemsMax) {
    return failure(
      422,
      "In order to keep the API fast for everyone, pagination is limited for this resource.",
      {},
      "https://docs.github.com/v3/#pagination",
    );
  }

  const all = repository.hasActions ? repository.runs : [];
  const from = firstCreatedAfter(all, window.fromMs - 1);
  const to = firstCreatedAfter(all, window.toMs);
  const matches = matcher(query, workflowId);
  const found = matches === null ? null : all.slice(from, to).filter(matches);
  const count = found === null ? Math.max(0, to - from) : found.length;
  const reachable = Math.min(count, isFiltered ? options.filteredItemsMax : options.unfilteredItemsMax);
  const newest = (page - 1) * perPage;
  const texts: string[] = [];
  for (let at = newest; at < Math.min(newest + perPage, reachable); at++) {
    const run = found === null ? all[to - 1 - at]! : found[count - 1 - at]!;
    texts.push(runText(place, world, repository, run, latestAttempt(run)));
  }
  const total = totalCount(isFiltered ? count : reachable, options.totals);
  const ofWorkflow = workflowId === null ? "" : `/workflows/${workflowId}`;
  const url = `${place.apiUrl}/repositories/${repository.id}/actions${ofWorkflow}/runs`;
  const link = linkHeader(url, query, { perPage, page }, reachable);
  return text(`{"total_count":${JSON.stringify(total)},"workflow_runs":[${texts.join(",")}]}`, withLink(link));
}

function totalCount(count: number, totals: "exact" | "2500" | "2500+"): number | string {
  if (totals === "exact" || count <= 2500) return count;
  return totals === "2500" ? 2500 : "2,500+";
}

/** Everything but the window of creation; null when there is no such filter. */
function matcher(query: URLSearchParams, workflowId: number | null): ((run: Run) => boolean) | null {
  const tests: ((run: Run) => boolean)[] = [];
  if (workflowId !== null) tests.push((run) => run.workflowId === workflowId);
  const status = query.get("status");
  if (status !== null) {
    tests.push((run) => {
      const attempt = latestAttempt(run);
      return attempt.status === status || attempt.conclusion === status;
    });
  }
  const plain: readonly (readonly [string, (run: Run) => string | null])[] = [
    ["branch", (run) => run.headBranch],
    ["event", (run) => run.event],
    ["head_sha", (run) => run.headSha],
    ["actor", (run) => run.actor],
  ];
  for (const [name, read] of plain) {
    const wanted = query.get(name);
    if (wanted !== null) tests.push((run) => read(run) === wanted);
  }
  return tests.length === 0 ? null : (run) => tests.every((test) => test(run));
}

interface MsWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * GitHub's search syntax for dates: `A..B`, `A..*`, `*..B`, `>=A`, `>A`, `<=B`, `<B`, `A`; days or instants. Both ends belong to it, on
 * whole seconds. null when it cannot be read.
 */
export function createdWindow(filter: string | null): MsWindow | null {
  if (filter === null) return { fromMs: -Infinity, toMs: Infinity };
  const compared = /^(>=|<=|>|<)(.+)$/.exec(filter);
  if (compared !== null) {
    const moment = momentOf(compared[2]!);
    if (moment === null) return null;
    if (compared[1] === ">=") return { fromMs: moment.fromMs, toMs: Infinity };
    if (compared[1] === ">") return { fromMs: moment.toMs + 1, toMs: Infinity };
    if (compared[1] === "<=") return { fromMs: -Infinity, toMs: moment.toMs };
    return { fromMs: -Infinity, toMs: moment.fromMs - 1 };
  }
  const ends = filter.split("..");
  if (ends.length > 2) return null;
  const first = ends[0] === "*" ? EVER : momentOf(ends[0]!);
  const last = ends.length === 1 ? first : ends[1] === "*" ? EVER : momentOf(ends[1]!);
  return first === null || last === null ? null : { fromMs: first.fromMs, toMs: last.toMs };
}

const EVER: MsWindow = { fromMs: -Infinity, toMs: Infinity };

/** A second, or a whole day when only the day is given. */
function momentOf(written: string): MsWindow | null {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(written);
  if (!isDay && !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.test(written)) return null;
  const hasZone = isDay || /(Z|[+-]\d\d:?\d\d)$/.test(written);
  const ms = Date.parse(hasZone ? written : `${written}Z`);
  if (!Number.isFinite(ms)) return null;
  const fromMs = Math.floor(ms / 1000) * 1000;
  return { fromMs, toMs: fromMs + (isDay ? 86_400_000 : 1000) - 1 };
}
