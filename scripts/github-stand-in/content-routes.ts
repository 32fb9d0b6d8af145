import { createHash } from "node:crypto";
import { fullNameOf, type JobFact, timeText } from "./corpus.ts";
import type { Complete } from "./github-schemas.ts";
import { sha } from "./payloads.ts";
import { failure, json, notFound, type Reply, type RouteContext, type RoutedRequest } from "./reply.ts";
import type { Repository } from "./world.ts";

/** GitHub lists no more commits than this in a comparison. */
const COMPARED_COMMITS_MAX = 250;
const DAY_MS = 86_400_000;
/** A signed address of a log is good for this long. */
const LOG_ADDRESS_MS = 60_000 * 10;

/** `base...head`: the commits between two runs, and the workflow files that changed on the way. */
export function compareCommits(
  { world, place }: RouteContext,
  repository: Repository,
  range: string,
  { query }: RoutedRequest,
): Reply {
  const [base = "", head = ""] = range.split("...");
  const from = world.commitPlace(repository, base);
  const to = world.commitPlace(repository, head);
  if (from === null || to === null) return notFound();
  const between = world.commits(repository).slice(Math.min(from, to) + 1, Math.max(from, to) + 1);
  const isBehind = to < from;
  const commits = (isBehind ? [] : between).slice(0, COMPARED_COMMITS_MAX).map((id) => ({
    sha: id,
    node_id: `C_${id}`,
    commit: {
      author: { name: "octo-dev", email: "octo-dev@example.invalid", date: "2026-01-01T00:00:00Z" },
      committer: { name: "GitHub", email: "noreply@example.invalid", date: "2026-01-01T00:00:00Z" },
      message: `Commit ${id.slice(0, 7)}`,
      tree: { sha: sha(`tree ${id}`), url: "" },
      comment_count: 0,
    },
    url: `${place.apiUrl}/repos/${fullNameOf(repository)}/commits/${id}`,
    html_url: "",
    parents: [],
  }));
  const changed = repository.workflows.filter(({ versions }) =>
    versions.some(({ fromCommit }) => fromCommit > from && fromCommit <= to),
  );
  const perPage = Number(query.get("per_page") ?? COMPARED_COMMITS_MAX);
  const url = `${place.apiUrl}/repos/${fullNameOf(repository)}/compare/${range}`;
  const comparison: Complete<"commit-comparison"> = {
    url,
    html_url: url,
    permalink_url: url,
    diff_url: `${url}.diff`,
    patch_url: `${url}.patch`,
    base_commit: { sha: base },
    merge_base_commit: { sha: isBehind ? head : base },
    status: from === to ? "identical" : isBehind ? "behind" : "ahead",
    ahead_by: isBehind ? 0 : to - from,
    behind_by: isBehind ? from - to : 0,
    total_commits: isBehind ? 0 : to - from,
    commits: commits.slice(0, perPage),
    files: [
      ...changed.map(({ path }) => ({
        sha: sha(path + head),
        filename: path,
        status: "modified",
        additions: 1,
        deletions: 1,
        changes: 2,
      })),
      ...(to > from
        ? [
            {
              sha: sha(`source ${head}`),
              filename: "src/index.ts",
              status: "modified",
              additions: 3,
              deletions: 1,
              changes: 4,
            },
          ]
        : []),
    ],
  };
  return json(comparison);
}

/** The workflow files, as they were at a commit. */
export function fileContents(
  { world, place }: RouteContext,
  repository: Repository,
  path: string,
  { query }: RoutedRequest,
): Reply {
  const workflow = repository.workflows.find((workflow) => workflow.path === path);
  const ref = query.get("ref") ?? repository.defaultBranch;
  const commitPlace = ref === repository.defaultBranch ? Infinity : world.commitPlace(repository, ref);
  const version =
    commitPlace === null ? undefined : workflow?.versions.findLast(({ fromCommit }) => fromCommit <= commitPlace);
  if (version === undefined) return notFound();
  const bytes = Buffer.from(version.text);
  const url = `${place.apiUrl}/repos/${fullNameOf(repository)}/contents/${path}?ref=${ref}`;
  const file: Complete<"content-file"> = {
    name: path.split("/").at(-1),
    path,
    sha: createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex"),
    size: bytes.length,
    url,
    html_url: null,
    git_url: null,
    download_url: null,
    type: "file",
    // GitHub breaks the lines of base64 after 60 characters.
    content: bytes.toString("base64").replace(/(.{60})/g, "$1\n"),
    encoding: "base64",
    _links: { self: url, git: null, html: null },
  };
  return json(file);
}

/** Sends to a signed address, which wants no token; 410 when the log is too old, 404 before the job is over. */
export function jobLog(
  { world, place, options }: RouteContext,
  repository: Repository,
  jobId: number,
  { nowMs }: RoutedRequest,
): Reply {
  const found = world.job(jobId);
  if (found === undefined || found.repository !== repository || found.job.status !== "completed") return notFound();
  if (nowMs - endOf(found.job, found.run.createdAtMs) > options.logsKeptDays * DAY_MS)
    return failure(410, "Server Error");
  const expires = nowMs + LOG_ADDRESS_MS;
  const origin = new URL(place.apiUrl).origin;
  return {
    status: 302,
    body: "",
    headers: { location: `${origin}/_logs/${jobId}?se=${expires}&sig=${signature(jobId, expires)}` },
  };
}

/** What is behind the signed address. */
export function logText({ world }: RouteContext, { pieces, query, nowMs }: RoutedRequest): Reply {
  const found = world.job(Number(pieces[1]));
  const expires = Number(query.get("se"));
  if (found === undefined || query.get("sig") !== signature(found.job.id, expires) || expires < nowMs) {
    return {
      status: 403,
      body: "<Error><Code>AuthenticationFailed</Code></Error>",
      headers: { "content-type": "application/xml" },
    };
  }
  const body = logLines(found.job, endOf(found.job, found.run.createdAtMs)).join("\n");
  return { status: 200, body: `\ufeff${body}\n`, headers: { "content-type": "text/plain; charset=utf-8" } };
}

function signature(jobId: number, expires: number): string {
  return sha(`signed ${jobId} ${expires}`).slice(0, 16);
}

function endOf(job: JobFact, otherwiseMs: number): number {
  return typeof job.completedAt === "number" && job.completedAt > 0 ? job.completedAt : otherwiseMs;
}

/** When GitHub's images changed: one every ten days. */
function imageVersion(ms: number): string {
  const decade = new Date(Math.floor(ms / (10 * DAY_MS)) * 10 * DAY_MS);
  return `${decade.toISOString().slice(0, 10).replaceAll("-", "")}.${1 + (decade.getUTCDate() % 4)}.0`;
}

function logLines(job: JobFact, endMs: number): string[] {
  const startMs = typeof job.startedAt === "number" && job.startedAt > 0 ? job.startedAt : endMs;
  const isOwn = job.labels.includes("self-hosted");
  const label = job.labels[0] ?? "ubuntu-latest";
  const image = label === "ubuntu-latest" ? "ubuntu-24.04" : label;
  const hosted = [
    "##[group]Runner Image Provisioner",
    "Hosted Compute Agent",
    "Version: 20251016.436",
    "##[endgroup]",
    "##[group]Operating System",
    image.startsWith("ubuntu") ? "Ubuntu" : image.startsWith("windows") ? "Microsoft Windows Server 2022" : "macOS",
    "##[endgroup]",
    "##[group]Runner Image",
    `Image: ${image}`,
    `Version: ${imageVersion(startMs)}`,
    `Included Software: https://github.example/actions/runner-images/${image}`,
    "##[endgroup]",
  ];
  const hasCache = job.id % 5 !== 0;
  const lines = [
    "Current runner version: '2.329.0'",
    ...(isOwn ? [`Runner name: '${job.runnerName ?? ""}'`] : hosted),
    "##[group]GITHUB_TOKEN Permissions",
    "Contents: read",
    "##[endgroup]",
    "Prepare workflow directory",
    "Download action repository 'actions/checkout@v5' (SHA:08c6903cd8c0fde910a37f88322edcfb5dd907a8)",
    "Download action repository 'actions/cache@v4' (SHA:0057852bfaa89a56745cba8c7296529d2fc39830)",
    `Complete job name: ${job.name}`,
    ...job.steps.flatMap((step) => [`##[group]Run ${step.name}`, "##[endgroup]"]),
    hasCache
      ? "Cache hit for: node-cache-Linux-x64-npm-1f2e3d4c"
      : "Cache not found for input keys: node-cache-Linux-x64-npm-1f2e3d4c",
    ...(hasCache ? ["Cache restored successfully"] : []),
    ...(job.conclusion === "failure" ? ["##[error]Process completed with exit code 1."] : []),
    "Cleaning up orphan processes",
  ];
  return lines.map((line, at) => {
    const ms = startMs + Math.floor(((endMs - startMs) * at) / lines.length);
    return `${timeText(ms)!.slice(0, 19)}.${String(at).padStart(7, "0")}Z ${line}`;
  });
}
