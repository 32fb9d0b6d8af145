import { appRoutes } from "./app-routes.ts";
import { compareCommits, fileContents, jobLog, logText } from "./content-routes.ts";
import { type AttemptFact, jobsOf, latestAttempt } from "./corpus.ts";
import type { Complete } from "./github-schemas.ts";
import { userPayload } from "./issue-payloads.ts";
import { issueRoutes } from "./issue-routes.ts";
import { listRuns } from "./list-runs.ts";
import { approvalsPayload, jobPayload, runText, workflowPayload } from "./payloads.ts";
import { pullRoutes } from "./pull-routes.ts";
import { accountPayload, repositoryPayload } from "./repository-payload.ts";
import {
  failure,
  json,
  linkHeader,
  notFound,
  pageOf,
  type Reply,
  type RouteContext,
  type RoutedRequest,
  text,
  withLink,
} from "./reply.ts";
import type { Repository, Run } from "./world.ts";

/** Answers a request that was let in. `route` names the kind of request in the log, such as "runs" or "attempt-jobs". */
export interface Routed {
  readonly route: string;
  readonly repository: Repository | null;
  readonly reply: Reply;
}

export function route(context: RouteContext, request: RoutedRequest): Routed {
  const [first, ...rest] = request.pieces;
  const plain = (name: string, reply: Reply): Routed => ({ route: name, repository: null, reply });
  if (first === "_logs") return plain("log-text", logText(context, request));
  const ofApp = appRoutes(context, request);
  if (ofApp !== null) return plain(ofApp.route, ofApp.reply);
  if (first === "graphql" && rest.length === 0) return plain("graphql", viewer(request));
  const isWrite = request.method !== "GET" && request.method !== "HEAD";
  if (isWrite && first !== "repos" && first !== "repositories") return plain("unknown", notFound());
  if ((first === "organizations" || first === "user") && rest[1] === "repos") {
    const owner = context.world.accounts.find(({ id }) => String(id) === rest[0]);
    const pieces = ["users", owner?.login ?? "", "repos"];
    return plain("repositories", listRepositories(context, { ...request, pieces }, "users"));
  }
  if (first === "orgs" && rest[1] === "repos") return plain("repositories", listRepositories(context, request, "orgs"));
  if (first === "users" && rest[1] === "repos")
    return plain("repositories", listRepositories(context, request, "users"));
  if ((first === "orgs" || first === "users") && rest.length === 1)
    return plain("account", account(context, rest[0]!, first));
  if (first === "user" && rest.length === 0) return plain("account", ownAccount(context, request));
  if (first === "repos" && rest.length >= 2) {
    const named = context.world.repositoryNamed(`${rest[0]}/${rest[1]}`);
    if (named === undefined || !isVisible(named.repository, request)) return plain("repository", notFound());
    if (named.isFormerName)
      return {
        route: "moved",
        repository: named.repository,
        reply: moved(context, named.repository, rest.slice(2), request),
      };
    return inRepository(context, named.repository, rest.slice(2), request);
  }
  if (first === "repositories" && rest.length >= 1) {
    const repository = context.world.repository(Number(rest[0]));
    if (repository === undefined || !isVisible(repository, request)) return plain("repository", notFound());
    return inRepository(context, repository, rest.slice(1), request);
  }
  return plain("unknown", notFound());
}

function inRepository(
  context: RouteContext,
  repository: Repository,
  pieces: readonly string[],
  request: RoutedRequest,
): Routed {
  const { world, place } = context;
  const [area, what, id, part, number, last] = pieces;
  const answer = (route: string, reply: Reply): Routed => ({ route, repository, reply });
  if (pieces.length === 0) return answer("repository", json(repositoryPayload(place, world, repository)));
  const ofIssues =
    issueRoutes(context, repository, pieces, request) ?? pullRoutes(context, repository, pieces, request);
  if (ofIssues !== null) return answer(ofIssues.route, ofIssues.reply);
  if (request.method !== "GET" && request.method !== "HEAD") return answer("unknown", notFound());
  if (area === "compare")
    return answer("compare", compareCommits(context, repository, pieces.slice(1).join("/"), request));
  if (area === "contents")
    return answer("contents", fileContents(context, repository, pieces.slice(1).join("/"), request));
  if (area !== "actions") return answer("unknown", notFound());
  if (pieces.slice(1).join("/") === "oidc/customization/sub")
    return answer("oidc-subject", oidcSubject(context, repository));
  if (what === "runs" && id === undefined) return answer("runs", listRuns(context, repository, request));
  if (what === "workflows" && id === undefined) {
    const workflows = repository.workflows.map((workflow) => workflowPayload(place, repository, workflow));
    return answer("workflows", paged(context, repository, "actions/workflows", "workflows", workflows, request));
  }
  if (what === "workflows") {
    const workflow = repository.workflows.find(
      (workflow) => String(workflow.id) === id || workflow.path.endsWith(`/${id}`),
    );
    if (workflow === undefined) return answer("workflow", notFound());
    if (part === "runs") return answer("workflow-runs", listRuns(context, repository, request, workflow.id));
    return answer("workflow", json(workflowPayload(place, repository, workflow)));
  }
  if (what === "jobs" && part === "logs") return answer("job-log", jobLog(context, repository, Number(id), request));
  if (what === "jobs") {
    const found = world.job(Number(id));
    if (found === undefined || found.repository !== repository) return answer("job", notFound());
    return answer("job", json(jobPayload(place, repository, found.run, found.runAttempt, found.job)));
  }
  const found = what === "runs" ? world.run(Number(id)) : undefined;
  if (found === undefined || found.repository !== repository) return answer(runRoute(part, last), notFound());
  const { run } = found;
  if (part === undefined) return answer("run", text(runText(place, world, repository, run, latestAttempt(run))));
  if (part === "approvals") return answer("approvals", json(approvalsPayload(place, world, run)));
  if (part === "jobs") {
    const attempts = request.query.get("filter") === "all" ? run.attempts : [latestAttempt(run)];
    return answer("jobs", listJobs(context, repository, run, attempts, request, pieces.join("/")));
  }
  if (part !== "attempts") return answer("unknown", notFound());
  const attempt = run.attempts.find(({ runAttempt }) => runAttempt === Number(number));
  if (attempt === undefined) return answer(runRoute(part, last), notFound());
  if (last === undefined) return answer("attempt", text(runText(place, world, repository, run, attempt)));
  if (last === "jobs")
    return answer("attempt-jobs", listJobs(context, repository, run, [attempt], request, pieces.join("/")));
  return answer("unknown", notFound());
}

const runRoute = (part: string | undefined, last: string | undefined): string =>
  part === "attempts" ? (last === "jobs" ? "attempt-jobs" : "attempt") : (part ?? "run");

function oidcSubject({ world, options }: RouteContext, repository: Repository): Reply {
  const subject = options.oidcSubject;
  const ownerId = world.account(repository.owner)?.id;
  if (subject === null || ownerId === undefined) return notFound();
  const { owner, name, id } = repository;
  const body: Complete<"oidc-custom-sub-repo"> = {
    use_default: subject.claimKeys === undefined,
    include_claim_keys: [...(subject.claimKeys ?? [])],
    use_immutable_subject: subject.isImmutable,
    sub_claim_prefix: subject.isImmutable ? `repo:${owner}@${ownerId}/${name}@${id}` : `repo:${owner}/${name}`,
  };
  return json(body);
}

function listJobs(
  { place, options }: RouteContext,
  repository: Repository,
  run: Run,
  attempts: readonly AttemptFact[],
  { query }: RoutedRequest,
  path: string,
): Reply {
  const jobCount = attempts.reduce((count, attempt) => count + attempt.jobCount, 0);
  const page = pageOf(query);
  const { bigJobsPage } = options;
  if (bigJobsPage !== null && jobCount >= bigJobsPage.runJobsMin && page.perPage > bigJobsPage.itemsMax) {
    return { status: 502, body: JSON.stringify({ message: "Server Error" }) };
  }
  const jobs = attempts.flatMap((attempt) => jobsOf(attempt).map((job) => ({ job, runAttempt: attempt.runAttempt })));
  const from = (page.page - 1) * page.perPage;
  const link = linkHeader(`${place.apiUrl}/repositories/${repository.id}/${path}`, query, page, jobs.length);
  return json(
    {
      total_count: jobs.length,
      jobs: jobs
        .slice(from, from + page.perPage)
        .map(({ job, runAttempt }) => jobPayload(place, repository, run, runAttempt, job)),
    },
    withLink(link),
  );
}

function listRepositories(context: RouteContext, request: RoutedRequest, kind: "orgs" | "users"): Reply {
  const { world, place } = context;
  const owner = world.account(request.pieces[1] ?? "");
  if (owner === undefined || (kind === "orgs" && owner.type !== "Organization")) return notFound();
  const all = world.repositories.filter(
    (repository) => repository.owner.toLowerCase() === owner.login.toLowerCase() && isVisible(repository, request),
  );
  const page = pageOf(request.query);
  const from = (page.page - 1) * page.perPage;
  const url = kind === "orgs" ? `organizations/${owner.id}/repos` : `user/${owner.id}/repos`;
  const link = linkHeader(`${place.apiUrl}/${url}`, request.query, page, all.length);
  return json(
    all.slice(from, from + page.perPage).map((repository) => repositoryPayload(place, world, repository)),
    withLink(link),
  );
}

function account({ world, place }: RouteContext, login: string, kind: "orgs" | "users"): Reply {
  const found = world.account(login);
  if (found === undefined || (kind === "orgs" && found.type !== "Organization")) return notFound();
  return json(accountPayload(place, found));
}

/** A token of an App belongs to no person. */
function ownAccount(context: RouteContext, { token }: RoutedRequest): Reply {
  if (token === null) return failure(401, "Requires authentication");
  if (token.isIntegration) return failure(403, "Resource not accessible by integration");
  return json(userPayload(context, token.login));
}

/** The one question of GraphQL that is answered: whose token it is. */
function viewer({ token, method }: RoutedRequest): Reply {
  if (token === null) return failure(401, "Requires authentication");
  return method === "POST" ? json({ data: { viewer: { login: token.login } } }) : notFound();
}

function paged(
  { place }: RouteContext,
  repository: Repository,
  path: string,
  name: string,
  items: readonly object[],
  { query }: RoutedRequest,
): Reply {
  const page = pageOf(query);
  const from = (page.page - 1) * page.perPage;
  const link = linkHeader(`${place.apiUrl}/repositories/${repository.id}/${path}`, query, page, items.length);
  return json({ total_count: items.length, [name]: items.slice(from, from + page.perPage) }, withLink(link));
}

/** What a token may not see does not exist for it. */
function isVisible(repository: Repository, { token }: RoutedRequest): boolean {
  if (repository.isGone) return false;
  if (token === null) return !repository.isPrivate;
  return token.repositoryIds === null || token.repositoryIds.has(repository.id);
}

/** GitHub sends a former name to the number that never changes. */
function moved(
  { place }: RouteContext,
  repository: Repository,
  pieces: readonly string[],
  request: RoutedRequest,
): Reply {
  const search = request.path.includes("?") ? request.path.slice(request.path.indexOf("?")) : "";
  const location = `${place.apiUrl}/repositories/${[repository.id, ...pieces.map(encodeURIComponent)].join("/")}${search}`;
  const reply = failure(301, "Moved Permanently", { location });
  return { ...reply, body: JSON.stringify({ ...(JSON.parse(reply.body) as object), url: location }) };
}
