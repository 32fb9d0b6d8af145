import type * as z from "zod";
import type { ProblemCode } from "../operations/problems.ts";
import { SCORING_CONTRACT } from "../operations/models/scoring-contract.ts";
import { incidentsShape } from "./incidents.ts";
import { oddRunsShape } from "./odd-runs.ts";
import { healthShape } from "./health.ts";
import { scoreRequestShape, scoreResponseShape } from "./score.ts";

/** Who may come in once a key is set: anyone, holders of the key, or those and browsers that ask for it by themselves. */
export type RouteAccess = "open" | "key" | "key-or-browser";

/** One address of the server, told once: routing, access and the OpenAPI document come from it. */
export interface RouteSpec {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly access: RouteAccess;
  readonly query?: readonly { readonly name: string; readonly description: string }[];
  readonly body?: { readonly name: string; readonly shape: z.ZodType; readonly example: unknown };
  readonly answer: { readonly name: string; readonly shape: z.ZodType } | { readonly mediaType: string };
  /** Also answered with this shape under these statuses. */
  readonly otherStatuses?: readonly number[];
  readonly problems: readonly ProblemCode[];
}

const paging = [
  { name: "limit", description: "How many runs, 1 to 200; 50 when absent." },
  { name: "before", description: 'The "next" of the page before.' },
] as const;

const bodyProblems = [
  "body-not-json",
  "body-too-large",
  "too-many-rows",
  "invalid-record",
  "media-type-not-taken",
  "request-too-slow",
  "server-busy",
] as const satisfies readonly ProblemCode[];

const keyProblems = ["unauthorized", "foreign-origin"] as const satisfies readonly ProblemCode[];

export const ROUTES = {
  score: {
    method: "POST",
    path: SCORING_CONTRACT.scorePath,
    operationId: "score",
    summary: "Scores rows of metrics: which of them are odd, how odd, and why.",
    access: "key",
    body: {
      name: "ScoreRequest",
      shape: scoreRequestShape(["duration", "failure_rate"]),
      example: {
        data: [
          { build_id: "build_001", duration: 300, failure_rate: 0.05 },
          { build_id: "build_002", duration: 900, failure_rate: 0.45 },
        ],
      },
    },
    answer: { name: "ScoreResponse", shape: scoreResponseShape },
    problems: [...keyProblems, ...bodyProblems, "model-unavailable", "bug"],
  },
  oddRuns: {
    method: "GET",
    path: "/api/odd-runs",
    operationId: "listOddRuns",
    summary: "Runs judged odd, newest first, with their numbers against what is usual for them.",
    access: "key",
    query: paging,
    answer: { name: "OddRuns", shape: oddRunsShape },
    problems: [...keyProblems, "bad-query", "store-unavailable", "bug"],
  },
  incidents: {
    method: "GET",
    path: "/api/incidents",
    operationId: "listIncidents",
    summary: "What has changed: open incidents, the dearest first, and the most expensive of the whole history.",
    access: "key",
    answer: { name: "Incidents", shape: incidentsShape },
    problems: [...keyProblems, "store-unavailable", "bug"],
  },
  page: {
    method: "GET",
    path: "/",
    operationId: "showOddRuns",
    summary: "What has changed, and runs judged odd, as a page for people.",
    access: "key-or-browser",
    query: paging,
    answer: { mediaType: "text/html" },
    problems: [...keyProblems, "bad-query", "store-unavailable", "bug"],
  },
  style: {
    method: "GET",
    path: "/style.css",
    operationId: "getStyle",
    summary: "How the page looks.",
    access: "open",
    answer: { mediaType: "text/css" },
    problems: [],
  },
  live: {
    method: "GET",
    path: SCORING_CONTRACT.livePath,
    operationId: "isLive",
    summary: "Whether the process works.",
    access: "open",
    answer: { name: "Health", shape: healthShape },
    problems: [],
  },
  ready: {
    method: "GET",
    path: SCORING_CONTRACT.readyPath,
    operationId: "isReady",
    summary: "Whether rows can be scored: a model is loaded and the server is not shutting down.",
    access: "open",
    answer: { name: "Health", shape: healthShape },
    otherStatuses: [503],
    problems: [],
  },
  openapi: {
    method: "GET",
    path: "/openapi.json",
    operationId: "getOpenApi",
    summary: "This description.",
    access: "open",
    answer: { mediaType: "application/json" },
    problems: [],
  },
} as const satisfies Record<string, RouteSpec>;

/** All routes, with the type that reads alike for each. */
export const ALL_ROUTES: readonly RouteSpec[] = Object.values(ROUTES);

/** The routes of a server that scores and does nothing else. */
export const SCORING_ROUTES: readonly RouteSpec[] = [ROUTES.score, ROUTES.live, ROUTES.ready, ROUTES.openapi];
