import type { Approval, CommitRange, EvidenceSource } from "../../operations/evidence/evidence-source.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { GithubConnection } from "./connect.ts";
import { jobLogText } from "./job-log.ts";
import { isObject, type Json, readText } from "./json.ts";
import { isFullName } from "./read-repository.ts";
import { shownPath } from "./redirect.ts";
import { isNotShown, replyProblem } from "./reply-problem.ts";
import type { Credential } from "./requests.ts";

/** GitHub names no more files than this of a comparison. */
const FILES_SHOWN_MAX = 300;
const PATH_CHARS = 1000;
const WORD_CHARS = 255;

/** Asks GitHub for what may tell why a pipeline changed. */
export function githubEvidence(connection: GithubConnection): EvidenceSource {
  /** What may not be read is as good as not there: evidence is never required. */
  const ask = async (
    repository: string,
    route: string,
  ): Promise<{ readonly json: Json; readonly path: string } | null> => {
    const path = `${repositoryPath(repository)}${route}`;
    const reply = await connection.requests.ask({ path, credential: credentialOf(connection, repository) });
    if (reply.kind === "ok") return { json: reply.json, path };
    if (isNotShown(reply)) return null;
    throw replyProblem(reply, repository, path);
  };
  return {
    apiUrl: connection.api.base,
    async compare(repository, base, head) {
      const range = `${encodeURIComponent(base)}...${encodeURIComponent(head)}`;
      // One commit a page: the files come in full with the first page, the commits are only counted.
      const answer = await ask(repository, `/compare/${range}?per_page=1`);
      return answer === null ? null : readComparison(answer.json, answer.path);
    },
    async fileAt(repository, path, ref) {
      const answer = await ask(repository, `/contents/${filePath(path)}?ref=${encodeURIComponent(ref)}`);
      return answer === null ? null : readFileText(answer.json);
    },
    jobLog: (repository, jobId, bytesMax) =>
      jobLogText(connection, {
        path: `${repositoryPath(repository)}/actions/jobs/${jobId}/logs`,
        credential: credentialOf(connection, repository),
        repository,
        bytesMax,
      }),
    async approvals(repository, runId) {
      const answer = await ask(repository, `/actions/runs/${runId}/approvals`);
      if (answer === null) return null;
      if (Array.isArray(answer.json)) return answer.json.filter(isObject).map(readApproval);
      throw problem("github-answer-unreadable", shownPath(answer.path), "there is no list in it");
    },
  };
}

function credentialOf(connection: GithubConnection, repository: string): Credential {
  return connection.credentialFor(repository.split("/", 1)[0]!);
}

function repositoryPath(fullName: string): string {
  if (!isFullName(fullName)) throw problem("github-not-found", printable(fullName), 404, null);
  return `/repos/${fullName}`;
}

/** Each part is kept from being more than a name: "..", "?" and the like. */
function filePath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  return parts.map(encodeURIComponent).join("/");
}

function readComparison(json: Json, path: string): CommitRange {
  const count = isObject(json) ? json["total_commits"] : null;
  if (!isObject(json) || typeof count !== "number" || !Number.isSafeInteger(count) || count < 0) {
    throw problem("github-answer-unreadable", shownPath(path), "it counts no commits");
  }
  const listed = Array.isArray(json["files"]) ? json["files"].filter(isObject) : [];
  const files = listed.flatMap((file) => {
    const name = readText(file["filename"], PATH_CHARS);
    return name === null ? [] : [{ path: name, status: readText(file["status"], WORD_CHARS) ?? "unknown" }];
  });
  return { commitCount: count, files, isCut: listed.length >= FILES_SHOWN_MAX };
}

/** Files come in base64; what is too large for that comes without a text, and a folder comes as a list. */
function readFileText(json: Json): string | null {
  if (!isObject(json) || json["type"] !== "file" || json["encoding"] !== "base64") return null;
  return typeof json["content"] === "string" ? Buffer.from(json["content"], "base64").toString("utf8") : null;
}

function readApproval(json: Readonly<Record<string, Json>>): Approval {
  const environments = Array.isArray(json["environments"]) ? json["environments"].filter(isObject) : [];
  return {
    state: readText(json["state"], WORD_CHARS) ?? "unknown",
    environments: environments.flatMap((environment) => readText(environment["name"], WORD_CHARS) ?? []),
  };
}
