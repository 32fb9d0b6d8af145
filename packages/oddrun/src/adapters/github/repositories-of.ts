import { problem } from "../../operations/problems.ts";
import type { SourceRepository } from "../../operations/collect/run-source.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { GithubConnection } from "./connect.ts";
import { isObject } from "./json.ts";
import { askPage, PAGE_SIZE, type PageReply } from "./pages.ts";
import { readRepository } from "./read-repository.ts";
import { replyProblem } from "./reply-problem.ts";

/** Many more than any organisation has. */
const PAGES_MAX = 10_000;

/** The repositories of an organisation or a person that the token sees, a page at a time; those that cannot be read are left out. */
export async function* repositoryPages(
  connection: GithubConnection,
  owner: string,
): AsyncGenerator<readonly SourceRepository[]> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(owner)) throw problem("github-not-found", printable(owner), 404, null);
  let page = await firstPage(connection, owner);
  for (let count = 1; ; count++) {
    if (page.reply.kind !== "page") throw replyProblem(page.reply, owner, page.path);
    const repositories: SourceRepository[] = [];
    for (const item of page.reply.items) {
      const reading = readRepository(item, connection.api);
      if ("value" in reading) repositories.push(reading.value);
      else connection.log.warn("a repository in the list cannot be read", { owner, why: reading.unreadable });
    }
    // An installation of an App sees only what it was given, whoever owns it.
    yield repositories.filter(({ fullName }) => fullName.toLowerCase().startsWith(`${owner.toLowerCase()}/`));
    const { nextPath } = page.reply;
    if (nextPath === null || count >= PAGES_MAX) return;
    page = await pageAt(connection, owner, nextPath, page.field);
  }
}

interface AskedPage {
  readonly reply: PageReply;
  readonly path: string;
  readonly field: string | null;
}

/** An organisation's list; if there is no such organisation, the list of what the App was given, one's own, or a person's. */
async function firstPage(connection: GithubConnection, owner: string): Promise<AskedPage> {
  const size = `per_page=${PAGE_SIZE}`;
  const ofOrganisation = await pageAt(connection, owner, `/orgs/${owner}/repos?type=all&sort=full_name&${size}`, null);
  if (ofOrganisation.reply.kind !== "gone") return ofOrganisation;
  if (connection.isApp) return pageAt(connection, owner, `/installation/repositories?${size}`, "repositories");
  const me = await connection.requests.ask({ path: "/user", credential: connection.credentialFor(owner) });
  const login = me.kind === "ok" && isObject(me.json) ? me.json["login"] : null;
  const isOwn = typeof login === "string" && login.toLowerCase() === owner.toLowerCase();
  if (isOwn) {
    const ofMine = await pageAt(connection, owner, `/user/repos?affiliation=owner&sort=full_name&${size}`, null);
    if (ofMine.reply.kind !== "gone") return ofMine;
  }
  return pageAt(connection, owner, `/users/${owner}/repos?type=owner&sort=full_name&${size}`, null);
}

async function pageAt(
  connection: GithubConnection,
  owner: string,
  path: string,
  field: string | null,
): Promise<AskedPage> {
  const credential = connection.credentialFor(owner);
  return { reply: await askPage(connection, { path, field, credential }), path, field };
}
