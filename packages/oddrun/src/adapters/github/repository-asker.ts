import { type Problem, problem } from "../../operations/problems.ts";
import type { GithubConnection } from "./connect.ts";
import type { Json } from "./json.ts";
import { askPage, PAGE_SIZE } from "./pages.ts";
import { replyProblem } from "./reply-problem.ts";
import { repositoryNames } from "./repository-names.ts";
import type { Question, Reply } from "./requests.ts";

/** A list of more pages is not read further: two thousand things of one issue are no talk any more. */
const PAGES_MAX = 20;

/** Asks of one repository, and learns its present name when it was renamed. */
export interface RepositoryAsker {
  /** `route` begins behind the repository's name: "/issues/5". */
  readonly ask: (route: string, question?: Omit<Question, "path" | "credential">) => Promise<Reply>;
  /** All items of a list that is the whole answer. `isGoneEmpty`: what is not there any more has none. */
  readonly list: (
    route: string,
    does: string,
    wanted: string,
    options?: { readonly isGoneEmpty: boolean },
  ) => Promise<readonly Json[]>;
  /** What to tell of a refusal. `does` completes "GitHub does not let this token ..."; `wanted` is the permission: "issues: write". */
  readonly refusal: (reply: Exclude<Reply, { readonly kind: "ok" }>, does: string, wanted: string) => Problem;
  readonly fullName: () => string;
}

export function repositoryAsker(connection: GithubConnection, givenName: string): RepositoryAsker {
  const { api, requests } = connection;
  const names = repositoryNames(connection);
  const credential = connection.credentialFor(givenName.split("/", 1)[0]!);
  let fullName = givenName;
  let isLearnt = false;

  const learn = async (): Promise<void> => {
    if (isLearnt) return;
    isLearnt = true;
    fullName = (await names.find(fullName)).fullName;
  };
  const refusal: RepositoryAsker["refusal"] = (reply, does, wanted) => {
    if (reply.kind === "forbidden" && !reply.needsSso)
      return problem("github-issues-forbidden", does, fullName, wanted);
    if (reply.kind === "gone" && reply.status === 410) return problem("github-issues-off", fullName);
    // GitHub does not tell what a token may not see from what is not there.
    if (reply.kind === "gone") return problem("github-issues-forbidden", does, fullName, wanted);
    if (reply.kind === "unprocessable") return problem("github-write-refused", does, fullName, reply.said);
    return replyProblem(reply, fullName, `/repos/${fullName}`);
  };
  return {
    refusal,
    fullName: () => fullName,
    async ask(route, question = {}) {
      const reply = await requests.ask({ ...question, path: `/repos/${fullName}${route}`, credential });
      if (reply.kind === "ok" && reply.hasMoved) await learn();
      return reply;
    },
    async list(route, does, wanted, options) {
      const items: Json[] = [];
      let path: string | null = `/repos/${fullName}${route}${route.includes("?") ? "&" : "?"}per_page=${PAGE_SIZE}`;
      for (let page = 0; path !== null && page < PAGES_MAX; page++) {
        const reply = await askPage({ api, requests }, { path, field: null, credential });
        if (reply.kind === "gone" && options?.isGoneEmpty === true) return items;
        if (reply.kind !== "page") throw refusal(reply, does, wanted);
        if (reply.reply.hasMoved) await learn();
        items.push(...reply.items);
        path = reply.nextPath;
      }
      return items;
    },
  };
}
