import type { ReportedJob } from "@oddrun/core";
import { problem } from "../../operations/problems.ts";
import type {
  CreatedWindow,
  JobsAnswer,
  ReadMark,
  RunSource,
  RunsPage,
  SourceRepository,
  SourceRun,
} from "../../operations/collect/run-source.ts";
import type { GithubConnection } from "./connect.ts";
import type { Json } from "./json.ts";
import { askPage, type ListPage, PAGE_SIZE, type PageReply } from "./pages.ts";
import { readJob } from "./read-job.ts";
import { type Reading, readRun } from "./read-run.ts";
import { shownPath } from "./redirect.ts";
import { replyProblem } from "./reply-problem.ts";
import { repositoryNames } from "./repository-names.ts";
import type { Reply } from "./requests.ts";
import { repositoryPages } from "./repositories-of.ts";

const JOB_PAGES_MAX = 1000;

/** Reads the runs of repositories from GitHub's REST API, or a GitHub Enterprise Server's. */
export function githubSource(connection: GithubConnection): RunSource {
  const { api, requests, marks, markedTokenId } = connection;
  const names = repositoryNames(connection);

  /** A thing of a repository, under its present name. */
  const askOf = async (repository: SourceRepository, route: string): Promise<Reply> => {
    const prefix = names.pathOf(repository);
    const credential = connection.credentialFor(ownerOf(repository.fullName));
    const reply = await requests.ask({ path: `${prefix}${route}`, credential });
    if (reply.kind === "ok" && reply.hasMoved) await names.learn(repository, prefix);
    return reply;
  };
  const askPageOf = async (
    repository: SourceRepository,
    path: string,
    field: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<PageReply> => {
    const prefix = names.pathOf(repository);
    const credential = connection.credentialFor(ownerOf(repository.fullName));
    const reply = await askPage({ api, requests }, { path, field, credential, headers });
    if (reply.kind === "page" && reply.reply.hasMoved) await names.learn(repository, prefix);
    return reply;
  };
  const oneRun = async (repository: SourceRepository, route: string): Promise<SourceRun | null> => {
    const reply = await askOf(repository, route);
    if (reply.kind === "gone") return null;
    const path = `${names.pathOf(repository)}${route}`;
    if (reply.kind !== "ok") throw replyProblem(reply, repository.fullName, path);
    const reading = readRun(reply.json, repository.id, reply.atMs);
    if ("unreadable" in reading) throw problem("github-answer-unreadable", shownPath(path), reading.unreadable);
    return connection.nameWorkflow(reading.value);
  };

  return {
    repositoriesOf: (owner) => repositoryPages(connection, owner),
    repository: (fullName) => names.find(fullName),
    budget: () => requests.budget(),

    async runs(repository, window, page) {
      const path = page ?? `${names.pathOf(repository)}/actions/runs?${windowQuery(window)}`;
      const mark = marks === null || markedTokenId === null ? null : await marks.readMark(markedTokenId, path);
      const headers = mark === null ? {} : { "if-none-match": mark.etag };
      let reply = await askPageOf(repository, path, "workflow_runs", headers);
      if (reply.kind === "unchanged") {
        if (mark !== null) return unchangedPage(mark);
        // Nobody said what we have: some cache between answers for itself.
        reply = await askPageOf(repository, path, "workflow_runs", { "cache-control": "no-cache" });
      }
      if (reply.kind === "unprocessable") return { ...NO_RUNS, total: "many" };
      if (reply.kind !== "page") throw replyProblem(reply, repository.fullName, path);
      const { values, unreadable } = sorted(reply.items, (run) => readRun(run, repository.id, atMsOf(reply)));
      return {
        runs: values.map(connection.nameWorkflow),
        total: reply.total,
        nextPage: reply.nextPath,
        isUnchanged: false,
        unreadable,
        readMark: unreadable.length > 0 || reply.path !== path ? null : newMark(markedTokenId, reply),
      };
    },
    run: (repository, runId) => oneRun(repository, `/actions/runs/${runId}?exclude_pull_requests=true`),
    attempt: (repository, runId, runAttempt) =>
      oneRun(repository, `/actions/runs/${runId}/attempts/${runAttempt}?exclude_pull_requests=true`),

    async jobs(repository, runId, runAttempt) {
      const asked = { repositoryId: repository.id, runId, runAttempt };
      const jobs = new Map<number, ReportedJob>();
      const unreadable: string[] = [];
      let path: string | null =
        `${names.pathOf(repository)}/actions/runs/${runId}/attempts/${runAttempt}/jobs?per_page=${PAGE_SIZE}`;
      for (let count = 0; path !== null; count++) {
        if (count >= JOB_PAGES_MAX) throw problem("github-answer-unreadable", shownPath(path), "its pages have no end");
        const reply = await askPageOf(repository, path, "jobs");
        if (reply.kind === "gone") return null;
        if (reply.kind !== "page") throw replyProblem(reply, repository.fullName, path);
        const page = sorted(reply.items, (job) => readJob(job, asked));
        for (const job of page.values) jobs.set(job.jobId, job);
        unreadable.push(...page.unreadable);
        path = reply.nextPath;
      }
      return { jobs: [...jobs.values()], unreadable } satisfies JobsAnswer;
    },
  };
}

const NO_RUNS: RunsPage = {
  runs: [],
  total: null,
  nextPage: null,
  isUnchanged: false,
  unreadable: [],
  readMark: null,
};

/** The list gives runs newest first; its pull requests are left out, they make up a good part of it. */
function windowQuery({ fromS, toS }: CreatedWindow): string {
  const instant = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  const created = toS === null ? `>=${instant(fromS)}` : `${instant(fromS)}..${instant(toS)}`;
  return String(new URLSearchParams({ created, exclude_pull_requests: "true", per_page: String(PAGE_SIZE) }));
}

function unchangedPage(mark: ReadMark): RunsPage {
  return { ...NO_RUNS, total: mark.total, nextPage: mark.nextPage, isUnchanged: true, readMark: mark };
}

/** A page that was read whole and can be told from a later one. */
function newMark(tokenId: string | null, page: ListPage): ReadMark | null {
  const etag = page.reply.headers.get("etag") ?? "";
  if (tokenId === null || !/^(W\/)?"[\x21\x23-\x7e]{1,200}"$/.test(etag)) return null;
  return { tokenId, url: page.path, etag, nextPage: page.nextPath, total: page.total };
}

function sorted<Value>(
  items: readonly Json[],
  read: (item: Json) => Reading<Value>,
): { readonly values: readonly Value[]; readonly unreadable: readonly string[] } {
  const values: Value[] = [];
  const unreadable: string[] = [];
  for (const item of items) {
    const reading = read(item);
    if ("value" in reading) values.push(reading.value);
    else unreadable.push(reading.unreadable);
  }
  return { values, unreadable };
}

const atMsOf = (page: ListPage): number => page.reply.atMs;
const ownerOf = (fullName: string): string => fullName.split("/", 1)[0]!;
