import type { Complete } from "./github-schemas.ts";
import { type AppState, jwtRefusal } from "./app.ts";
import {
  failure,
  json,
  linkHeader,
  notFound,
  pageOf,
  type Reply,
  type RouteContext,
  type RoutedRequest,
  withLink,
} from "./reply.ts";
import { accountPayload, repositoryPayload } from "./repository-payload.ts";

/** The requests an App makes; null for any other. */
export function appRoutes(context: RouteContext, request: RoutedRequest): { route: string; reply: Reply } | null {
  const [first, second, third, fourth] = request.pieces;
  const { app } = context;
  if (first === "installation" && second === "repositories" && request.method === "GET") {
    return { route: "installation-repositories", reply: installationRepositories(context, request) };
  }
  const isInstallation = request.pieces.at(-1) === "installation" && ["orgs", "users", "repos"].includes(first ?? "");
  if (first !== "app" && !isInstallation) return null;
  const route =
    first === "app" && fourth === "access_tokens" ? "access-token" : isInstallation ? "installation" : "app";
  const refusal = jwtRefusal(app, request.authorization, request.nowMs);
  if (refusal !== null) return { route, reply: refusal };
  if (isInstallation) {
    const named = first === "repos" ? context.world.repositoryNamed(`${second}/${third}`) : undefined;
    const login = first === "repos" ? named?.repository.owner : second;
    return { route, reply: installation(context, app, login ?? "") };
  }
  if (second === undefined)
    return { route, reply: json({ id: app.id, client_id: app.clientId, slug: app.slug, name: "Oddrun" }) };
  if (second === "installations" && third === undefined) {
    const all = [...app.installations.keys()].map((login) => installationPayload(context, app, login));
    return { route: "installations", reply: json(all) };
  }
  const login = [...app.installations].find(([, id]) => String(id) === third)?.[0];
  if (second !== "installations" || login === undefined) return { route, reply: notFound() };
  if (fourth === undefined) return { route, reply: installation(context, app, login) };
  if (fourth !== "access_tokens" || request.method !== "POST" || request.isRefused === true)
    return { route, reply: notFound() };
  const token = app.issue(login, request.nowMs);
  return {
    route,
    reply: {
      status: 201,
      body: JSON.stringify({
        token: token.text,
        expires_at: new Date(token.expiresAtMs).toISOString().replace(/\.\d+/, ""),
        permissions: PERMISSIONS,
        repository_selection: "all",
      }),
    },
  };
}

const PERMISSIONS = { actions: "read", contents: "read", metadata: "read" };

function installation(context: RouteContext, app: AppState, login: string): Reply {
  const account = context.world.account(login);
  return account === undefined ? notFound() : json(installationPayload(context, app, account.login));
}

function installationPayload({ world, place }: RouteContext, app: AppState, login: string): Complete<"installation"> {
  const id = app.installations.get(login)!;
  const account = world.account(login)!;
  return {
    id,
    account: accountPayload(place, account),
    repository_selection: "all",
    access_tokens_url: `${place.apiUrl}/app/installations/${id}/access_tokens`,
    repositories_url: `${place.apiUrl}/installation/repositories`,
    html_url: "",
    app_id: app.id,
    client_id: app.clientId,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: PERMISSIONS,
    events: [],
    created_at: "2025-01-01T00:00:00.000Z",
    updated_at: "2025-01-01T00:00:00.000Z",
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  };
}

function installationRepositories({ world, place }: RouteContext, { token, query }: RoutedRequest): Reply {
  const login = /^installation of (.+)$/.exec(token?.owner ?? "")?.[1];
  if (login === undefined)
    return failure(
      403,
      "You must authenticate with an installation access token in order to list repositories for an installation.",
    );
  const all = world.repositories.filter((repository) => repository.owner === login && !repository.isGone);
  const page = pageOf(query);
  const from = (page.page - 1) * page.perPage;
  return json(
    {
      total_count: all.length,
      repositories: all
        .slice(from, from + page.perPage)
        .map((repository) => repositoryPayload(place, world, repository)),
    },
    withLink(linkHeader(`${place.apiUrl}/installation/repositories`, query, page, all.length)),
  );
}
