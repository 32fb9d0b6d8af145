import {
  blockedBy,
  type CheckOutcome,
  clockOutcome,
  type DoctorCheck,
  once,
  orNull,
} from "../../operations/doctor/doctor.ts";
import { type SubjectForm, type SubjectRepository, subjectOutcome } from "../../operations/deploy/oidc-subject.ts";
import { Problem, problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { GithubConnection } from "./connect.ts";
import type { Exchange } from "./exchange.ts";
import { isObject, type Json, type JsonObject, parseJson, readId, readText } from "./json.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { replyProblem } from "./reply-problem.ts";

export interface GithubDoctor {
  /** Fails with a problem when there is no token or a setting is wrong. */
  readonly connect: () => Promise<GithubConnection>;
  /** "owner/name"; null when none was named. */
  readonly repository: string | null;
  readonly now: () => number;
}

type Answer = Exchange & { readonly kind: "answer" };

const TOKEN = "GitHub token";
const REPOSITORY = "GitHub repository";
const NAME_CHARS = 255;
const DAY_MS = 86_400_000;
const EXPIRY_WARNING_MS = 7 * DAY_MS;
/** Below this share of the allowance a collection soon has to wait. */
const LOW_SHARE = 0.1;
const TRIES_MAX = 2;
const UNNAMED: CheckOutcome = { status: "skipped", found: "no repository named; give --repository OWNER/NAME" };

/** Looks at everything that collecting from GitHub and signing in from its jobs needs. Nothing is changed. */
export function githubChecks({ connect, repository, now }: GithubDoctor): readonly DoctorCheck[] {
  const connection = once(connect);
  const askedAt = async (path: string): Promise<Answer> => {
    const { api, sendOnce, credentialFor } = await connection();
    const owner = repository?.split("/")[0] ?? "";
    const authorization = await credentialFor(owner).authorization();
    for (let tried = 1; ; tried += 1) {
      const exchange = await sendOnce({ method: "GET", url: path, authorization });
      if (exchange.kind === "answer" && (exchange.status < 500 || tried === TRIES_MAX)) return exchange;
      if (tried < TRIES_MAX) continue;
      const why = exchange.kind === "failed" ? exchange.why : `status ${exchange.status}`;
      throw problem("github-unreachable", new URL(api.base).host, path, why, TRIES_MAX);
    }
  };
  // asking how much is left is free of charge, and its headers tell of the token
  const limits = once(async () => ({ answer: await askedAt("/rate_limit"), atMs: now() }));
  const token = once(async () => {
    const { answer } = await limits();
    // a server without limits answers 404 here, and 401 when the token will not do
    if (answer.status === 401) throw problem("github-token-refused", (await connection()).api.webHost);
    return answer;
  });
  const path = `/repos/${repository ?? ""}`;
  const json = async (at: string): Promise<JsonObject> => readBody(await askedAt(at), repository ?? "", at, now());
  const found = once(() => json(path));

  /** A check that needs the token and a repository. */
  const ofRepository =
    (look: () => Promise<CheckOutcome>, needsIt = true) =>
    async (): Promise<CheckOutcome> => {
      if (repository === null) return UNNAMED;
      if ((await orNull(token())) === null) return blockedBy(TOKEN);
      if (needsIt && (await orNull(found())) === null) return blockedBy(REPOSITORY);
      return await look();
    };

  return [
    {
      name: "Clock against GitHub",
      area: "settings",
      async look() {
        const known = await orNull(limits());
        const date = Date.parse(known?.answer.headers.get("date") ?? "");
        if (known === null || Number.isNaN(date)) return { status: "skipped", found: "GitHub told no time" };
        return clockOutcome(date - known.atMs, "GitHub's clock");
      },
    },
    {
      name: TOKEN,
      area: "remote",
      async look() {
        try {
          return tokenOutcome(await token(), await connection(), now());
        } catch (error) {
          if (!(error instanceof Problem) || error.code !== "github-token-missing" || repository !== null) throw error;
          // whoever imports runs from files needs none
          return { status: "warning", found: error.message };
        }
      },
    },
    {
      name: "GitHub rate limit",
      area: "remote",
      async look() {
        const answer = await orNull(token());
        return answer === null ? blockedBy(TOKEN) : limitOutcome(answer.headers);
      },
    },
    {
      name: REPOSITORY,
      area: "remote",
      look: ofRepository(async () => {
        const body = await found();
        const visibility = readText(body["visibility"], NAME_CHARS) ?? "visible";
        const name = readText(body["full_name"], NAME_CHARS) ?? repository ?? "";
        return { status: "ok", found: `${printable(name, 140)}, ${printable(visibility, 20)}` };
      }, false),
    },
    {
      name: "GitHub Actions history",
      area: "remote",
      look: ofRepository(async () => {
        const count = (await json(`${path}/actions/runs?per_page=1`))["total_count"];
        return { status: "ok", found: `may be read; ${typeof count === "number" ? count : "unknown number of"} runs` };
      }),
    },
    {
      name: "OIDC subject",
      area: "remote",
      look: ofRepository(async () => {
        const of = readSubjectRepository(await found());
        if (of === null)
          throw problem("github-answer-unreadable", path, "the repository's or its owner's number is missing");
        try {
          return subjectOutcome(of, readForm(await json(`${path}/actions/oidc/customization/sub`)));
        } catch (error) {
          if (!(error instanceof Problem) || !["github-forbidden", "github-not-found"].includes(error.code))
            throw error;
          return {
            status: "warning",
            found: "GitHub does not tell this token which form of subject is sent",
            mend: `Use a token with the permission "Actions: read" (classic: "repo"). Until then, repositories made, renamed or transferred since 15 July 2026 send repo:OWNER@${of.ownerId}/NAME@${of.id}:..., others repo:OWNER/NAME:....`,
          };
        }
      }),
    },
  ];
}

function readBody(answer: Answer, what: string, path: string, atMs: number): JsonObject {
  const outcome = outcomeOf(answer, atMs);
  if (outcome.kind !== "ok") throw unansweredProblem(outcome, what, path);
  const json = parsed(answer.text);
  if (!isObject(json)) throw problem("github-answer-unreadable", path, "it is no JSON object");
  return json;
}

/** What to tell of an answer that is asked for once only: limits are told, not waited for. */
function unansweredProblem(outcome: Exclude<Outcome, { readonly kind: "ok" }>, what: string, path: string): Problem {
  if (outcome.kind === "unauthorized") return problem("github-token-refused", "GitHub");
  if (outcome.kind === "wait")
    return problem("github-limit-too-long", outcome.reason, Math.ceil(outcome.waitMs / 60_000));
  if (outcome.kind === "back-off") return problem("github-limit-persists", path, 1);
  if (outcome.kind === "fault") return problem("github-unreachable", "GitHub", path, outcome.why, TRIES_MAX);
  if (outcome.kind === "moved")
    return problem("github-redirect-refused", path, "the repository has another name now; give that one");
  return replyProblem(outcome, what, path);
}

function parsed(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/** GitHub's tokens say by their first letters what they are: https://docs.github.com/authentication (token formats). */
const TOKEN_KINDS: readonly (readonly [RegExp, string])[] = [
  [/^Bearer github_pat_/, "a fine-grained personal token"],
  [/^Bearer ghp_/, "a classic personal token"],
  [/^Bearer gho_/, 'an OAuth token, as "gh auth login" makes it'],
  [/^Bearer ghu_/, "a GitHub App's token for a person"],
  [/^Bearer ghs_/, "a token of an installation, such as that of an Actions job"],
];

async function tokenOutcome(answer: Answer, connection: GithubConnection, nowMs: number): Promise<CheckOutcome> {
  const header = connection.isApp ? null : await connection.credentialFor("").authorization();
  const kind = connection.isApp
    ? "a GitHub App's installation"
    : (TOKEN_KINDS.find(([shape]) => shape.test(header ?? ""))?.[1] ?? "a token of a kind not known here");
  const scopes = answer.headers.get("x-oauth-scopes");
  const told = scopes === null ? "" : `, scopes ${printable(scopes === "" ? "none" : scopes, 120)}`;
  // "2026-12-01 12:00:00 UTC" or with an offset
  const expiry = answer.headers.get("github-authentication-token-expiration");
  const expiresAtMs =
    expiry === null ? Number.NaN : Date.parse(expiry.replace(/ UTC$/, "Z").replace(" ", "T").replace(" ", ""));
  if (Number.isNaN(expiresAtMs)) return { status: "ok", found: `${kind}${told}` };
  const days = Math.floor((expiresAtMs - nowMs) / DAY_MS);
  const found = `${kind}${told}, runs out in ${days} days, at ${new Date(expiresAtMs).toISOString()}`;
  if (expiresAtMs - nowMs > EXPIRY_WARNING_MS) return { status: "ok", found };
  return { status: "warning", found, mend: "Make a new token soon and set it in place of this one." };
}

function limitOutcome(headers: Headers): CheckOutcome {
  const number = (name: string) => (/^\d{1,9}$/.test(headers.get(name) ?? "") ? Number(headers.get(name)) : null);
  const [limit, remaining] = [number("x-ratelimit-limit"), number("x-ratelimit-remaining")];
  if (limit === null || remaining === null) return { status: "ok", found: "this server tells of no limit" };
  const reset = number("x-ratelimit-reset") ?? Number(headers.get("x-ratelimit-reset"));
  const renewed = reset > 0 ? `, renewed at ${new Date(reset * 1_000).toISOString()}` : "";
  const found = `${remaining} of ${limit} requests an hour left${renewed}`;
  if (remaining > limit * LOW_SHARE) return { status: "ok", found };
  const mend = "Wait for the renewal, or use a token that nothing else uses: a GitHub App has an allowance of its own.";
  return { status: remaining === 0 ? "failed" : "warning", found, mend };
}

function readSubjectRepository(body: JsonObject): SubjectRepository | null {
  const owner = body["owner"];
  const [id, ownerId] = [readId(body["id"]), isObject(owner) ? readId(owner["id"]) : null];
  const fullName = readText(body["full_name"], NAME_CHARS);
  const defaultBranch = readText(body["default_branch"], NAME_CHARS) ?? "main";
  return id === null || ownerId === null || fullName === null ? null : { id, ownerId, fullName, defaultBranch };
}

function readForm(body: JsonObject): SubjectForm {
  const keys = body["include_claim_keys"];
  const isImmutable = body["use_immutable_subject"];
  return {
    usesDefault: body["use_default"] !== false,
    claimKeys: Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [],
    isImmutable: typeof isImmutable === "boolean" ? isImmutable : null,
    prefix: readText(body["sub_claim_prefix"], 600)?.replace(/:$/, "") ?? null,
  };
}
