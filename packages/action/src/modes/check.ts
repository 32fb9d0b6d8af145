import { isImprovement } from "@oddrun/core";
import { issuesOf } from "oddrun/internal/adapters/github/issues-of";
import { upsertComment } from "oddrun/internal/adapters/github/upsert-comment";
import type { Store } from "oddrun/internal/adapters/store/index";
import { checkBranch } from "oddrun/internal/operations/check/check-branch";
import type { RunCheck } from "oddrun/internal/operations/check/run-check";
import { annotationsOf } from "oddrun/internal/operations/summary/annotations";
import { CHECK_COMMENT_MARKER, checkSummary } from "oddrun/internal/operations/summary/check-comment";
import { type Finding, findingsOfCheck } from "oddrun/internal/operations/summary/findings";
import { printable, Problem, problem } from "oddrun/ports";
import { oneOfInput } from "../inputs.ts";
import type { Session } from "../session.ts";
import { failOn, reasonsToFail } from "./fail-on.ts";
import { type PassStart, runPass } from "./pass.ts";
import { pullRequestOf } from "./pull-request-of.ts";
import { giveResults } from "./results.ts";

/** Compares the finished runs of a commit with the default branch's: slower, failing, or within noise. Answers the exit code. */
export function check(session: Session): Promise<number> {
  const comment = oneOfInput(session.world.env, "comment", ["auto", "always", "never"]);
  return runPass<null>(session, {
    isSending: false,
    tell: null,
    show: async (store, start) => {
      const { checks, findings } = await checkCommit(session, store, start, { isGate: false });
      if (comment !== "never") await keepComment(session, checks, comment === "always" || findings.length > 0);
      return true;
    },
  });
}

/** The same, and fails the step for the findings that `fail-on` names. */
export function gate(session: Session): Promise<number> {
  const wanted = failOn(session.world.env);
  return runPass<null>(session, {
    isSending: false,
    tell: null,
    show: async (store, start) => {
      const { findings, checks } = await checkCommit(session, store, start, { isGate: true });
      if (checks.length === 0) session.commands.line("gate: no finished run of this commit is there to be judged");
      const reasons = await reasonsToFail(store, wanted, findings, checks);
      for (const reason of reasons) session.commands.line(`gate: ${reason}`);
      if (reasons.length === 0) session.commands.line("gate: nothing that fail-on names");
      return reasons.length === 0;
    },
  });
}

interface Checked {
  readonly checks: readonly RunCheck[];
  /** What is beyond noise, for the worse first. */
  readonly findings: readonly Finding[];
}

async function checkCommit(
  session: Session,
  store: Store,
  { stateWord }: PassStart,
  { isGate }: { readonly isGate: boolean },
): Promise<Checked> {
  const { event, world, repository } = session;
  const headSha = event.workflowRun?.headSha ?? event.pullRequest?.headSha ?? world.env["GITHUB_SHA"] ?? "";
  const target = { repository, branch: null, headSha, nowMs: world.now() };
  const checks = await checkBranch(target, store);
  const all = checks.flatMap(findingsOfCheck);
  const worse = all.filter(({ kind }) => !isImprovement(kind));
  const findings = [...worse, ...all.filter(({ kind }) => isImprovement(kind))];
  const verdicts = await store.latestVerdicts(checks.map(({ run }) => run));
  const scores = verdicts.flatMap(({ verdict }) => ("score" in verdict ? [verdict.score] : []));
  giveResults(session, {
    markdown: checkSummary(checks),
    findings,
    isAnomalous: worse.length > 0,
    score: scores.length === 0 ? null : Math.max(...scores),
    incidentCount: (await store.incidents({ repository }, world.now())).filter(
      ({ isOver, state }) => !isOver && state !== "suspected",
    ).length,
    stateWord,
    annotations: annotationsOf(findings, { isGate }),
  });
  return { checks, findings };
}

/** One comment on the pull request: written when there is something to say, and kept right from then on. */
async function keepComment(session: Session, checks: readonly RunCheck[], isNewWanted: boolean): Promise<void> {
  const { connection, repository, commands, mayWrite } = session;
  if (!mayWrite) {
    commands.line("no comment: the token of a fork's pull request may only read; see the two-stage pattern in docs");
    return;
  }
  try {
    const number = await pullRequestOf(session);
    if (number === null) {
      commands.line("no comment: no open pull request has this commit");
      return;
    }
    const comment = { mark: CHECK_COMMENT_MARKER, body: checkSummary(checks), isNewWanted };
    const done = await upsertComment(issuesOf(connection, repository), number, comment);
    commands.line(`comment on #${number}: ${done?.did ?? "none, for there is nothing to tell"}`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // a comment on a pull request needs less than one on an issue
    const isForbidden = error.code === "github-issues-forbidden";
    const { message } = isForbidden
      ? problem("github-issues-forbidden", "comment on pull requests", repository, "pull-requests: write")
      : error;
    commands.annotate("warning", `The comment could not be written: ${printable(message, 400)}`, { title: "Oddrun" });
  }
}
