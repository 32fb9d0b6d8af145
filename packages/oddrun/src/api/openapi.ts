import * as z from "zod";
import { PROBLEMS } from "../operations/problems.ts";
import { PROBLEM_MEDIA_TYPE, problemShape } from "./problem-document.ts";
import { ALL_ROUTES, type RouteSpec } from "./routes.ts";

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 description of these routes, made from the same shapes that the server holds itself to. */
export function openApiDocument(version: string, routes: readonly RouteSpec[] = ALL_ROUTES): Json {
  const schemas: Record<string, unknown> = { Problem: jsonSchema(problemShape) };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    if (route.body !== undefined) schemas[route.body.name] = jsonSchema(route.body.shape);
    if ("shape" in route.answer) schemas[route.answer.name] = jsonSchema(route.answer.shape);
    const path = (paths[route.path] ??= {});
    path[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Oddrun",
      version,
      description:
        "Says which runs of a pipeline are unlike their fellows, and why. Errors are application/problem+json with a stable code. HEAD works wherever GET does.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "The key the server was started with (ODDRUN_API_KEY)." },
        browser: { type: "http", scheme: "basic", description: "Any user name, the key as password." },
      },
    },
  };
}

function operation(route: RouteSpec): Json {
  const security = { open: [], key: [{ key: [] }], "key-or-browser": [{ key: [] }, { browser: [] }] }[route.access];
  return {
    operationId: route.operationId,
    summary: route.summary,
    security,
    ...(route.query === undefined
      ? {}
      : {
          parameters: route.query.map((each) => ({
            ...each,
            in: "query",
            required: false,
            schema: { type: "string" },
          })),
        }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: reference(route.body.name), example: route.body.example } },
          },
        }),
    responses: responses(route),
  };
}

function responses(route: RouteSpec): Json {
  const good =
    "shape" in route.answer
      ? { "application/json": { schema: reference(route.answer.name) } }
      : { [route.answer.mediaType]: {} };
  const byStatus: Record<string, { description: string; content: Json }> = {
    200: { description: "Well", content: good },
  };
  for (const status of route.otherStatuses ?? []) byStatus[status] = { description: "Not now", content: good };
  for (const code of route.problems) {
    const { httpStatus, title } = PROBLEMS[code];
    const known = byStatus[httpStatus];
    const description = known === undefined ? `${title} (${code})` : `${known.description}; ${title} (${code})`;
    byStatus[httpStatus] = { description, content: { [PROBLEM_MEDIA_TYPE]: { schema: reference("Problem") } } };
  }
  return byStatus;
}

function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonSchema(shape: z.ZodType): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io: "input" });
  return schema;
}
