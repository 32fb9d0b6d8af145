/** A user of an enterprise has "_" in the name. */
const FULL_NAME = /^[A-Za-z0-9_-]{1,100}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

const PORT = "(?::\\d{1,5})?";
const SITE = new RegExp(`^https://[a-z0-9](?:[a-z0-9.-]{0,252})${PORT}$`);
const SITE_HERE = new RegExp(`^http://(?:localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1\\])${PORT}$`);

/** Whether a link may lead there: an origin over https, or one of this machine. */
export const isWebUrl = (origin: string): boolean => SITE.test(origin) || SITE_HERE.test(origin);

/**
 * The attempt's page on the site where its repository was collected; null where only a file told of the run, since GitHub's ids are
 * above 0, or the name is none of GitHub's, or the site none to lead to. `webUrl` null is github.com.
 */
export function runUrl(attempt: {
  readonly repositoryId: number;
  readonly repositoryName: string;
  readonly webUrl: string | null;
  readonly runId: number;
  readonly runAttempt: number;
}): string | null {
  const { repositoryId, repositoryName, runId, runAttempt } = attempt;
  const webUrl = attempt.webUrl ?? "https://github.com";
  if (repositoryId <= 0 || runId <= 0 || !FULL_NAME.test(repositoryName) || !isWebUrl(webUrl)) return null;
  return `${webUrl}/${repositoryName}/actions/runs/${runId}/attempts/${runAttempt}`;
}
