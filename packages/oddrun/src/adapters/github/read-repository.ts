import type { SourceRepository } from "../../operations/collect/run-source.ts";
import { isWebUrl } from "../../operations/text/run-url.ts";
import type { ApiUrl } from "./api-url.ts";
import { isObject, type Json, type JsonObject, readId, readText, whyNoId } from "./json.ts";
import type { Reading } from "./read-run.ts";

const NAME_CHARS = 255;
/** What GitHub lets an owner and a repository be called. */
const FULL_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}$/;

/** A repository as the API gives it: https://docs.github.com/rest/repos/repos. Its id and full name must be there. */
export function readRepository(json: Json, api: ApiUrl): Reading<SourceRepository> {
  if (!isObject(json)) return { unreadable: "a repository is no object" };
  const id = readId(json["id"]);
  if (id === null) return { unreadable: whyNoId("a repository's id", json["id"]) };
  const fullName = readText(json["full_name"], NAME_CHARS);
  if (fullName === null || !isFullName(fullName)) return { unreadable: `repository ${id} has no usable name` };
  return {
    value: {
      id,
      fullName,
      defaultBranch: readText(json["default_branch"], NAME_CHARS),
      visibility: readVisibility(json),
      webUrl: readSite(json["html_url"]) ?? `${new URL(api.origin).protocol}//${api.webHost}`,
      apiUrl: api.base,
    },
  };
}

/** Whether this can be the "owner/name" of a repository; names go into paths, so nothing else may. */
export function isFullName(text: string): boolean {
  return FULL_NAME.test(text);
}

/** The site of a page's address: "https://ghe.example" of "https://ghe.example/owner/name". */
function readSite(pageUrl: Json): string | null {
  const url = typeof pageUrl === "string" ? URL.parse(pageUrl) : null;
  return url !== null && isWebUrl(url.origin) ? url.origin : null;
}

function readVisibility(json: JsonObject): SourceRepository["visibility"] {
  const word = json["visibility"];
  if (word === "public" || word === "private" || word === "internal") return word;
  if (typeof json["private"] !== "boolean") return null;
  return json["private"] ? "private" : "public";
}
