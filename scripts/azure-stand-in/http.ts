import type { Principal } from "./tokens.ts";
import type { World } from "./world.ts";

/** A request as a service sees it. */
export interface Call {
  readonly method: string;
  readonly host: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; a repeated header is joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What the braces of the route's path matched, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Who asks; null where the route lets anybody in. */
  readonly principal: Principal | null;
  readonly world: World;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | Buffer | object | null;
}

export interface Route {
  readonly method: string;
  /** "/a/{name}/b": a brace takes one segment, "{name*}" all that follow. Letters match in any case unless the service says otherwise. */
  readonly path: string;
  /** What the request is for, in words that faults and tests name it by. */
  readonly step: string;
  /** Required values of query parameters, such as `comp=list`; routes with more of them are tried first. */
  readonly query?: Readonly<Record<string, string>>;
  /** Headers that must be there for the route to be meant. */
  readonly withHeaders?: readonly string[];
  readonly apiVersions?: readonly string[];
  /** The action that the caller must be allowed. */
  readonly permission?: string;
  readonly handle: (call: Call) => Reply | Promise<Reply>;
}

export interface Service {
  readonly name: string;
  readonly hosts: RegExp;
  readonly routes: readonly Route[];
  /** Who asks, or the answer to those who may not. */
  readonly admit: (call: Call, route: Route) => Principal | null | Reply;
  readonly noRoute: (call: Call) => Reply;
  /** A refusal of this status in the service's own form, for faults that are planted by a number. */
  readonly refuse: (call: Call, status: number) => Reply;
  /** Runs over every answer: headers that all answers of the service have. */
  readonly headers?: (call: Call) => Readonly<Record<string, string>>;
}

export interface RouteFound {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const compiled = new WeakMap<Route, RegExp>();

function patternOf(route: Route): RegExp {
  const known = compiled.get(route);
  if (known !== undefined) return known;
  const source = route.path
    .split("/")
    .map((part) => {
      const name = /^\{(\w+)(\*?)\}$/.exec(part);
      if (name === null) return part.replaceAll(/[.*+?^$()|[\]\\{}]/g, String.raw`\$&`);
      return name[2] === "*" ? `(?<${name[1]}>.+)` : `(?<${name[1]}>[^/]+)`;
    })
    .join("/");
  const pattern = new RegExp(`^${source}/?$`, "i");
  compiled.set(route, pattern);
  return pattern;
}

function decoded(groups: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | null {
  try {
    return Object.fromEntries(Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    return null;
  }
}

const needs = ({ query, withHeaders }: Route): number => Object.keys(query ?? {}).length + (withHeaders ?? []).length;

/** The route that is meant, the one that asks for most first. */
export function findRoute(routes: readonly Route[], call: Omit<Call, "params" | "principal">): RouteFound | null {
  for (const route of routes.toSorted((a, b) => needs(b) - needs(a))) {
    if (route.method !== call.method) continue;
    if (Object.entries(route.query ?? {}).some(([name, value]) => call.query.get(name) !== value)) continue;
    if ((route.withHeaders ?? []).some((name) => call.headers[name] === undefined)) continue;
    const match = patternOf(route).exec(call.path);
    const params = match === null ? null : decoded(match.groups);
    if (params !== null) return { route, params };
  }
  return null;
}

/** The body as JSON; undefined when it is none. */
export function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

export const isReply = (value: Principal | Reply | null): value is Reply => value !== null && "status" in value;
