import {
  type CorpusSize,
  generateCorpus,
  startGitHubStandIn,
  type Truth,
} from "../../scripts/github-stand-in/index.ts";
import type { Question, StandInTally, Started } from "./stand-in-process.ts";

/** A stand-in for GitHub in a process of its own, so that what it takes is not taken for the client's. Asked through messages. */
const size = process.argv[2] as CorpusSize;
// Everything counted below is of one moment: what is open stays open, and a second pass meets the same history.
const nowMs = Math.floor(Date.now() / 1000) * 1000;
const standIn = await startGitHubStandIn({
  corpus: generateCorpus({ seed: 1, size, nowMs }),
  nowMs,
  limits: { primary: { limit: 1_000_000, windowMs: 86_400_000, status: 403, retryAfter: "none" } },
});
const truth = standIn.truth();
let bytes = 0;
let delayMs = 0;
standIn.script((_, usual) => {
  bytes += Buffer.byteLength(usual.body);
  return delayMs === 0 ? undefined : { headers: {}, ...usual, delayMs };
});

function tally(): StandInTally {
  const byRoute: Record<string, number> = {};
  let notModified = 0;
  let inFlightMost = 0;
  for (const { route, status, inFlight } of standIn.requests) {
    byRoute[route] = (byRoute[route] ?? 0) + 1;
    if (status === 304) notModified += 1;
    inFlightMost = Math.max(inFlightMost, inFlight);
  }
  return { sent: standIn.requests.length, byRoute, notModified, inFlightMost, bytes };
}

function answer(question: Question): object {
  if (question.kind === "tally") return tally();
  if (question.kind === "count") return { count: standIn.requests.length };
  if (question.kind === "minimum") return truth.minimumRequests(question.scope);
  if (question.kind === "least-paths") return leastPaths(truth, question.repository);
  standIn.clearRequests();
  bytes = 0;
  delayMs = question.delayMs;
  return {};
}

/** The requests that `minimumRequests` counts for one repository: of runs of at most 100 jobs, and not more than 40,000 runs. */
function leastPaths(truth: Truth, fullName: string): readonly string[] {
  const path = `/repos/${fullName}`;
  const runs = truth.repository(fullName).runs();
  const paths = [path];
  for (let page = 1; page <= Math.max(1, Math.ceil(runs.length / 100)); page++) {
    paths.push(`${path}/actions/runs?exclude_pull_requests=true&per_page=100&page=${page}`);
  }
  for (const { runId, attempts } of runs) {
    for (const { runAttempt, status, conclusion } of attempts) {
      const attempt = `${path}/actions/runs/${runId}/attempts/${runAttempt}`;
      if (runAttempt < attempts.length) paths.push(`${attempt}?exclude_pull_requests=true`);
      if (status !== "completed" || ["skipped", "startup_failure", "action_required"].includes(conclusion ?? ""))
        continue;
      paths.push(`${attempt}/jobs?per_page=100`);
    }
  }
  return paths;
}

process.on("message", (question: Question) => process.send?.(answer(question)));
process.on("disconnect", () => process.exit(0));
const runCount = truth.repositories.reduce((sum, repository) => sum + repository.runCount, 0);
process.send?.({
  url: standIn.url,
  token: standIn.token,
  repositoryCount: truth.repositories.length,
  runCount,
} satisfies Started);
