import type { Mutations } from "./mutations.ts";
import type { Reply } from "./reply.ts";

/** What a script sees of a request: enough to choose by. */
export interface FaultRequest {
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** The kind of request; see `LoggedRequest.route`. */
  readonly route: string;
  readonly repositoryId: number | null;
  readonly tokenId: string | null;
  readonly nowMs: number;
  /** Where the API is, without a closing slash. */
  readonly apiUrl: string;
}

/** What is sent instead of the usual answer. Only the headers named are sent, beside `date` and what the body needs. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | Uint8Array | object;
  /** Real milliseconds before the answer begins. */
  readonly delayMs?: number;
  /** Sends so many bytes of the body, then cuts the connection. */
  readonly cutAfterBytes?: number;
  /** Sends the head and so many bytes, then nothing for ever. */
  readonly stallAfterBytes?: number;
  /** Resets the connection without any answer. */
  readonly isReset?: boolean;
}

/**
 * Looks at each request after it was routed and before it is answered: an `Answer` is sent instead of `usual`, undefined leaves it
 * as it is. `usual` holds the answer with all headers; `mutate` changes what later requests find.
 */
export type Fault = (request: FaultRequest, usual: Reply, mutate: Mutations) => Answer | undefined;

/** Answers a request before it is carried out: a write that is answered by one never happened. */
export type Block = (request: FaultRequest) => Answer | undefined;

const isList = ({ route }: FaultRequest): boolean => ["runs", "repositories", "jobs", "attempt-jobs"].includes(route);
const isRunsPage = ({ route }: FaultRequest): boolean => route === "runs";
const isData = ({ route }: FaultRequest): boolean =>
  route !== "access-token" && route !== "installation" && route !== "log-text";

/** Each `every`-th request that `when` picks is answered by `answer`. */
export function everyNth(every: number, when: (request: FaultRequest) => boolean, answer: Fault): Fault {
  let count = 0;
  return (request, usual, mutate) =>
    when(request) && ++count % every === 0 ? answer(request, usual, mutate) : undefined;
}

/** The first `times` requests that `when` picks are answered by `answer`. */
export function firstTimes(times: number, when: (request: FaultRequest) => boolean, answer: Fault): Fault {
  let count = 0;
  return (request, usual, mutate) => (when(request) && count++ < times ? answer(request, usual, mutate) : undefined);
}

const asUsual = (usual: Reply, change: Partial<Answer>): Answer => ({
  status: usual.status,
  headers: usual.headers ?? {},
  body: usual.body,
  ...change,
});

const withLink = (usual: Reply, link: string): Answer => asUsual(usual, { headers: { ...usual.headers, link } });
const message = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: { message: text, documentation_url: "https://docs.github.com/rest", status: String(status) },
});
const HTML =
  "<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>Please sign in.</body></html>";

/** Every fault by its name; a name makes a new one with counters of its own. */
export const FAULTS = {
  "server-errors": () => everyNth(10, isData, ({ index }) => message([500, 502, 503, 504][index % 4]!, "Server Error")),
  "slow-pages": () =>
    everyNth(
      1,
      (request) => request.route === "runs" && Number(request.query.get("per_page") ?? 30) > 50,
      () => message(500, "Server Error"),
    ),
  "html-answers": () =>
    everyNth(10, isData, () => ({ status: 200, headers: { "content-type": "text/html" }, body: HTML })),
  "empty-bodies": () => everyNth(10, isData, (_, usual) => asUsual(usual, { body: "" })),
  "cut-json": () =>
    everyNth(10, isData, (_, usual) => asUsual(usual, { body: usual.body.slice(0, usual.body.length >> 1) })),
  "cut-bodies": () => everyNth(10, isData, (_, usual) => asUsual(usual, { cutAfterBytes: usual.body.length >> 1 })),
  "wrong-gzip": () =>
    everyNth(10, isData, (_, usual) => asUsual(usual, { headers: { ...usual.headers, "content-encoding": "gzip" } })),
  "connection-resets": () => everyNth(10, isData, () => ({ status: 0, isReset: true })),
  "slow-bodies": () => everyNth(10, isData, (_, usual) => asUsual(usual, { delayMs: 300 })),
  "stalled-bodies": () =>
    everyNth(50, isData, (_, usual) => asUsual(usual, { stallAfterBytes: usual.body.length >> 1 })),
  "secondary-limit": () =>
    everyNth(50, isData, () => message(403, "You have exceeded a secondary rate limit.", { "retry-after": "60" })),
  "secondary-limit-date": () =>
    everyNth(50, isData, ({ nowMs }) =>
      message(429, "You have exceeded a secondary rate limit.", {
        "retry-after": new Date(nowMs + 60_000).toUTCString(),
      }),
    ),
  "secondary-limit-silent": () => everyNth(50, isData, () => message(403, "You have exceeded a secondary rate limit.")),
  "too-many-requests": () => everyNth(50, isData, () => message(429, "Too Many Requests")),
  "link-other-host": () =>
    everyNth(2, isRunsPage, (_, usual) =>
      withLink(usual, '<http://attacker.invalid/repositories/1/actions/runs?page=2>; rel="next"'),
    ),
  "link-loop": () =>
    everyNth(2, isRunsPage, ({ apiUrl, path }, usual) => withLink(usual, `<${apiUrl}${path}>; rel="next"`)),
  "link-missing": () =>
    everyNth(1, isRunsPage, (_, usual) => asUsual(usual, { headers: { ...usual.headers, link: "" } })),
  "link-malformed": () => everyNth(2, isRunsPage, (_, usual) => withLink(usual, '<<>>;rel="next",,;=<"')),
  // As long as a client's limit for headers lets through; Node's own is 16 kB for all of them.
  "link-huge": () => everyNth(2, isRunsPage, (_, usual) => withLink(usual, `${"<".repeat(1_000_000)}; rel="next"`)),
  "redirect-302": () => everyNth(10, isData, redirect(302)),
  "redirect-307": () => everyNth(10, isData, redirect(307)),
  "redirect-308": () => everyNth(10, isData, redirect(308)),
  "redirect-loop": () =>
    everyNth(1, isRunsPage, ({ apiUrl, path }) => ({ status: 302, headers: { location: `${apiUrl}${path}` } })),
  "redirect-other-host": () =>
    everyNth(10, isData, ({ path }) => ({ status: 302, headers: { location: `http://attacker.invalid${path}` } })),
  "permission-missing": () =>
    everyNth(1, isRunsPage, () =>
      message(403, "Resource not accessible by personal access token", {
        "x-accepted-github-permissions": "actions=read",
      }),
    ),
  "sso-required": () =>
    everyNth(1, isData, () =>
      message(
        403,
        "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.",
        {
          "x-github-sso": "required; url=https://github.example/orgs/octo-org/sso?authorization_request=standin",
        },
      ),
    ),
  "blocked-451": () => everyNth(1, isRunsPage, () => message(451, "Repository access blocked")),
  "gone-410": () => everyNth(1, isRunsPage, () => message(410, "Gone")),
  "wrong-shapes": () =>
    everyNth(10, isList, () => ({
      status: 200,
      headers: { "content-type": "application/json" },
      body: { total_count: -1 },
    })),
  /** For Apps: each token is good for 200 requests. */
  "token-expiry": () =>
    everyNth(
      200,
      ({ tokenId }) => tokenId !== null,
      ({ tokenId }, _, mutate) => {
        mutate.expireToken(tokenId!);
        return undefined;
      },
    ),
  /** The newest run is deleted after a first page, while the client asks for the second. */
  "deleted-between-pages": () =>
    everyNth(
      5,
      ({ route, query }) => route === "runs" && (query.get("page") ?? "1") === "1",
      (_, usual, mutate) => {
        const newest = /"workflow_runs":\[\{"id":(\d+)/.exec(usual.body)?.[1];
        if (newest !== undefined && usual.headers?.["link"] !== undefined) mutate.deleteRun(Number(newest));
        return undefined;
      },
    ),
  /** The repository that is asked the 20th question turns 404. */
  "repository-vanishes": () => firstTimes(20, ({ repositoryId }) => repositoryId !== null, gone(20)),
} as const satisfies Readonly<Record<string, () => Fault>>;

export type FaultName = keyof typeof FAULTS;

/** The repository of the last of so many requests turns 404. */
function gone(after: number): Fault {
  let count = 0;
  return ({ repositoryId }, _, mutate) => {
    if (++count === after && repositoryId !== null) mutate.vanish(repositoryId);
    return undefined;
  };
}

/** Sends each picked address elsewhere on the same host, where it is answered as usual. */
function redirect(status: number): Fault {
  return ({ apiUrl, path, query }) => {
    const again = new URLSearchParams(query);
    again.set("redirected", "1");
    return query.has("redirected")
      ? undefined
      : { status, headers: { location: `${apiUrl}${path.split("?")[0]}?${again.toString()}` } };
  };
}
