import type { IssueFields } from "./issue-state.ts";
import { failure, type Reply, type RoutedRequest } from "./reply.ts";
import type { Area } from "./tokens.ts";

const TITLE_CHARS_MAX = 256;
const BODY_CHARS_MAX = 65_536;
const REASONS = new Set(["completed", "not_planned", "duplicate", "reopened"]);

export type Draft = IssueFields;

const ACCEPTED: Readonly<Record<Area, string>> = { issues: "issues=write", pullRequests: "pull_requests=write" };

/** The answer to a token that may write in none of these areas; null for one that may. */
export function writeRefusal({ token }: RoutedRequest, areas: readonly Area[]): Reply | null {
  if (token === null) return failure(401, "Requires authentication");
  if (areas.some((area) => token.permissions[area] === "write")) return null;
  const accepted = { "x-accepted-github-permissions": areas.map((area) => ACCEPTED[area]).join("; ") };
  const who = token.isIntegration ? "integration" : "personal access token";
  return failure(403, `Resource not accessible by ${who}`, accepted);
}

/** What the body of a request asks for, or the refusal of one that cannot be. */
export function draftOf({ body: sent }: RoutedRequest): Draft | Reply {
  if (sent === undefined) return {};
  if (typeof sent !== "object" || sent === null) return failure(400, "Problems parsing JSON");
  // A list of labels may come alone.
  const fields = (Array.isArray(sent) ? { labels: sent } : sent) as Readonly<Record<string, unknown>>;
  const { title, body, labels, assignees, state, state_reason: reason } = fields;
  if (title !== undefined && typeof title !== "string") return invalid("Issue", "title", "invalid");
  if (typeof title === "string" && title.length > TITLE_CHARS_MAX)
    return invalid("Issue", "title", "custom", `title is too long (maximum is ${TITLE_CHARS_MAX} characters)`);
  if (body !== undefined && body !== null && typeof body !== "string") return invalid("Issue", "body", "invalid");
  if (typeof body === "string" && body.length > BODY_CHARS_MAX)
    return invalid("Issue", "body", "custom", `body is too long (maximum is ${BODY_CHARS_MAX} characters)`);
  if (state !== undefined && state !== "open" && state !== "closed") return invalid("Issue", "state", "invalid");
  if (reason !== undefined && reason !== null && (typeof reason !== "string" || !REASONS.has(reason)))
    return invalid("Issue", "state_reason", "invalid");
  const names = namesIn(labels);
  if (names?.some((name) => name.length > 50) === true) return invalid("Label", "name", "invalid");
  const people = namesIn(assignees);
  return {
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body }),
    ...(names === undefined ? {} : { labels: names }),
    ...(people === undefined ? {} : { assignees: people }),
    ...(state === undefined ? {} : { state }),
    ...(reason === undefined ? {} : { stateReason: reason }),
  };
}

function namesIn(list: unknown): readonly string[] | undefined {
  if (!Array.isArray(list)) return undefined;
  return list.map((item: unknown) =>
    typeof item === "object" && item !== null && "name" in item ? String(item.name) : String(item),
  );
}

/** "Validation Failed", with what and why, as GitHub has it. */
export function invalid(resource: string, field: string, code: string, message?: string): Reply {
  const reply = failure(422, "Validation Failed");
  const error = { resource, code, field, ...(message === undefined ? {} : { message }) };
  return { ...reply, body: JSON.stringify({ ...(JSON.parse(reply.body) as object), errors: [error] }) };
}

export function created(payload: object): Reply {
  return { status: 201, body: JSON.stringify(payload) };
}
