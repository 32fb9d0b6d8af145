import { createHash } from "node:crypto";
import {
  type Account,
  type AttemptFact,
  fullNameOf,
  type JobFact,
  latestAttempt,
  timeText,
  type WorkflowFact,
} from "./corpus.ts";
import type { Complete } from "./github-schemas.ts";
import { accountPayload, nodeId, PAGES_URL, type PayloadPlace, repositoryText } from "./repository-payload.ts";
import type { Repository, Run, World } from "./world.ts";

/** One run as JSON text: the repository, which is most of it and always the same, is put in as text. */
export function runText(
  place: PayloadPlace,
  world: World,
  repository: Repository,
  run: Run,
  attempt: AttemptFact,
): string {
  const url = `${place.apiUrl}/repos/${fullNameOf(repository)}`;
  const runUrl = `${url}/actions/runs/${run.id}`;
  const workflow = repository.workflows.find(({ id }) => id === run.workflowId);
  const isLatest = attempt === latestAttempt(run);
  const suiteId = run.id + 13_000_000_000;
  const actor = run.actor === null ? null : accountPayload(place, person(world, run.actor));
  const fields: Omit<Complete<"workflow-run">, "repository" | "head_repository"> = {
    id: run.id,
    name: workflow?.name ?? null,
    node_id: nodeId("WFR", run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: workflow?.path ?? ".github/workflows/unknown.yml",
    display_title: run.displayTitle,
    run_number: run.runNumber,
    event: run.event,
    status: attempt.status,
    conclusion: attempt.conclusion,
    workflow_id: run.workflowId,
    check_suite_id: suiteId,
    check_suite_node_id: nodeId("CS", suiteId),
    url: runUrl,
    html_url: `${PAGES_URL}/${fullNameOf(repository)}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: timeText(run.createdAtMs),
    updated_at: timeText(attempt.updatedAt),
    actor,
    run_attempt: attempt.runAttempt,
    referenced_workflows: [],
    run_started_at: timeText(attempt.runStartedAt),
    triggering_actor: actor,
    jobs_url: isLatest ? `${runUrl}/jobs` : `${runUrl}/attempts/${attempt.runAttempt}/jobs`,
    logs_url: isLatest ? `${runUrl}/logs` : `${runUrl}/attempts/${attempt.runAttempt}/logs`,
    check_suite_url: `${url}/check-suites/${suiteId}`,
    artifacts_url: `${runUrl}/artifacts`,
    cancel_url: `${runUrl}/cancel`,
    rerun_url: `${runUrl}/rerun`,
    previous_attempt_url: attempt.runAttempt > 1 ? `${runUrl}/attempts/${attempt.runAttempt - 1}` : null,
    workflow_url: `${url}/actions/workflows/${run.workflowId}`,
    head_commit: {
      id: run.headSha,
      tree_id: sha(`tree ${run.headSha}`),
      message: run.displayTitle,
      timestamp: timeText(run.createdAtMs - 30_000),
      author: { name: run.actor ?? "ghost", email: "ghost@example.invalid" },
      committer: { name: "GitHub", email: "noreply@example.invalid" },
    },
  };
  const repositoryAsText = repositoryText(place, world, repository);
  return `${JSON.stringify(fields).slice(0, -1)},"repository":${repositoryAsText},"head_repository":${repositoryAsText}}`;
}

export function jobPayload(
  place: PayloadPlace,
  repository: Repository,
  run: Run,
  runAttempt: number,
  job: JobFact,
): Complete<"job"> {
  const url = `${place.apiUrl}/repos/${fullNameOf(repository)}`;
  return {
    id: job.id,
    run_id: run.id,
    workflow_name: repository.workflows.find(({ id }) => id === run.workflowId)?.name ?? null,
    head_branch: run.headBranch,
    run_url: `${url}/actions/runs/${run.id}`,
    run_attempt: runAttempt,
    node_id: nodeId("CR", job.id),
    head_sha: run.headSha,
    url: `${url}/actions/jobs/${job.id}`,
    html_url: `${PAGES_URL}/${fullNameOf(repository)}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: timeText(job.createdAt),
    started_at: timeText(job.startedAt),
    completed_at: timeText(job.completedAt),
    name: job.name,
    steps: job.steps.map((step, at) => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      number: at + 1,
      started_at: timeText(step.startedAt),
      completed_at: timeText(step.completedAt),
    })),
    check_run_url: `${url}/check-runs/${job.id}`,
    labels: job.labels,
    runner_id: job.runnerId,
    runner_name: job.runnerName,
    runner_group_id: job.runnerGroupName === null ? null : 0,
    runner_group_name: job.runnerGroupName,
  };
}

export function workflowPayload(
  place: PayloadPlace,
  repository: Repository,
  workflow: WorkflowFact,
): Complete<"workflow"> {
  const url = `${place.apiUrl}/repos/${fullNameOf(repository)}`;
  return {
    id: workflow.id,
    node_id: nodeId("W", workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: "active",
    created_at: "2024-01-01T00:00:00.000Z",
    updated_at: "2024-01-01T00:00:00.000Z",
    url: `${url}/actions/workflows/${workflow.id}`,
    html_url: `${PAGES_URL}/${fullNameOf(repository)}/blob/${repository.defaultBranch}/${workflow.path}`,
    badge_url: `${PAGES_URL}/${fullNameOf(repository)}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  };
}

export function approvalsPayload(place: PayloadPlace, world: World, run: Run): Complete<"environment-approvals">[] {
  return run.approvals.map((approval, at) => ({
    state: approval.state,
    comment: approval.comment,
    environments: [
      {
        id: 100 + at,
        node_id: nodeId("EN", 100 + at),
        name: approval.environment,
        url: `${place.apiUrl}/environments/${approval.environment}`,
        html_url: `${PAGES_URL}/environments/${approval.environment}`,
        created_at: "2024-01-01T00:00:00Z",
        updated_at: "2024-01-01T00:00:00Z",
      },
    ],
    user: accountPayload(place, person(world, approval.login)),
  }));
}

export function sha(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

function person(world: World, login: string): Account {
  return world.account(login) ?? { id: 4_000_000 + login.length, login, type: "User" };
}
