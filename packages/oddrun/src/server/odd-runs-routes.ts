import { GITHUB_PRICES } from "@oddrun/core";
import type { FastifyInstance, FastifyReply } from "fastify";
import { oddRun, readRunsQuery, ROUTES, type RunsQuery, writeCursor } from "../api/index.ts";
import type { Logger } from "../operations/ports.ts";
import { type Problem, problem } from "../operations/problems.ts";
import { type ChangesReport, reportChanges } from "../operations/report/report-changes.ts";
import { changesJson } from "../operations/report/report-changes-json.ts";
import { evidenceJson } from "../operations/report/report-evidence.ts";
import type { AddGet } from "./create-server.ts";
import { type OddRunsStore, readOddRuns } from "./odd-runs-list.ts";
import { keptFresh } from "./kept-fresh.ts";
import { noticePage, oddRunsPage } from "./page/odd-runs-page.ts";
import { STYLE } from "./page/style.ts";
import { replyProblem } from "./problem-reply.ts";
import { type HistorySummary, summaryReader } from "./history-summary.ts";
import type { ModelSource } from "./served-model.ts";

interface Parts {
  readonly store: OddRunsStore | null;
  readonly models: ModelSource;
  readonly now: () => number;
  readonly log: Logger;
  readonly addGet: AddGet;
}

/** The page shows what GitHub and strangers wrote: nothing but its own style sheet and its own pictures may load. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Runs judged odd, as JSON and as a page. */
export function oddRunsRoutes(app: FastifyInstance, { store, models, now, log, addGet }: Parts): void {
  const readSummary = store === null ? null : summaryReader(store, now);
  const readChanges = store === null ? null : keptFresh(() => changesOf(store, now()), now);

  /** Runs `read` for a good query and a store that answers, else gives the problem. */
  const attempt = async <Result>(
    query: Readonly<Record<string, unknown>>,
    read: (store: OddRunsStore, query: RunsQuery) => Promise<Result>,
  ): Promise<{ readonly found: Result } | { readonly wrong: Problem }> => {
    const wanted = readRunsQuery(query);
    if ("mistake" in wanted) return { wrong: problem("bad-query", wanted.mistake) };
    if (store === null) return { wrong: problem("store-unavailable") };
    try {
      return { found: await read(store, wanted) };
    } catch (error) {
      log.error("the store cannot be read", { why: error instanceof Error ? error.message : String(error) });
      return { wrong: problem("store-unavailable") };
    }
  };

  addGet(app, ROUTES.oddRuns, async (reply, query) => {
    const result = await attempt(query, readOddRuns);
    if ("wrong" in result) return replyProblem(reply, result.wrong);
    const { runs, next } = result.found;
    const shown = runs.map((run) => oddRun(run, evidenceJson(run.evidence))).filter((run) => run !== null);
    return { runs: shown, next: next === null ? null : writeCursor(next) };
  });

  addGet(app, ROUTES.incidents, async (reply) => {
    const result = await attempt({}, async () => (await readChanges?.()) as ChangesReport);
    return "wrong" in result ? replyProblem(reply, result.wrong) : changesJson(result.found);
  });

  addGet(app, ROUTES.page, async (reply, query) => {
    pageHeaders(reply);
    const result = await attempt(query, async (store, wanted) => ({
      page: await readOddRuns(store, wanted),
      summary: (await readSummary?.()) as HistorySummary,
      changes: wanted.before === null ? ((await readChanges?.()) as ChangesReport) : null,
      isFirst: wanted.before === null,
      limit: wanted.limit,
    }));
    if ("wrong" in result) return reply.code(result.wrong.httpStatus).send(noticePage(result.wrong));
    const servedVersion = models.current()?.version ?? null;
    return reply.send(oddRunsPage({ ...result.found, servedVersion, nowMs: now() }));
  });

  addGet(app, ROUTES.style, (reply) =>
    reply.header("content-type", "text/css; charset=utf-8").header("cache-control", "max-age=300").send(STYLE),
  );
}

function changesOf(store: OddRunsStore, nowMs: number): Promise<ChangesReport> {
  return reportChanges(store, {
    filter: {},
    prices: GITHUB_PRICES,
    otherwiseVisibility: null,
    limit: CHANGES_MAX,
    nowMs,
  });
}

/** Open incidents with a picture each; the rest is counted. */
const CHANGES_MAX = 10;

function pageHeaders(reply: FastifyReply): void {
  reply
    .header("content-type", "text/html; charset=utf-8")
    .header("content-security-policy", PAGE_POLICY)
    .header("referrer-policy", "no-referrer")
    .header("cross-origin-opener-policy", "same-origin")
    .header("x-frame-options", "DENY");
}
