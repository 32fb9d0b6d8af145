import type { IssuesOf } from "../github/index.ts";

/** Whether an account is ours: the one that our token writes as, or one of those that are named. GitHub does not tell capitals apart. */
export async function ownAccounts(issues: IssuesOf, also: readonly string[]): Promise<(login: string) => boolean> {
  const own = new Set([await issues.ownLogin(), ...also].map((login) => login.toLowerCase()));
  return (login) => own.has(login.toLowerCase());
}
