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
  const base = repositoryUrl({ repositoryId, repositoryName, webUrl: attempt.webUrl });
  return runId <= 0 || base === null ? null : `${base}/actions/runs/${runId}/attempts/${runAttempt}`;
}

/** What is needed to lead to a repository's pages. */
export interface RepositoryPlace {
  readonly repositoryId: number;
  readonly repositoryName: string;
  readonly webUrl: string | null;
}

/** The repository's page; null where a name or site is none that a link may hold. */
export const repositoryUrl = ({ repositoryId, repositoryName, webUrl }: RepositoryPlace): string | null => {
  const site = webUrl ?? "https://github.com";
  return repositoryId <= 0 || !FULL_NAME.test(repositoryName) || !isWebUrl(site) ? null : `${site}/${repositoryName}`;
};

const WORKFLOW_FILE = /^\.github\/workflows\/([A-Za-z0-9._-]{1,200}\.ya?ml)$/;

/** The page that lists the workflow's runs; null where its file is not known, or its name is none that a link may hold. */
export function workflowUrl(place: RepositoryPlace & { readonly path: string | null }): string | null {
  const [, file] = WORKFLOW_FILE.exec(place.path ?? "") ?? [];
  const base = repositoryUrl(place);
  return file === undefined || base === null ? null : `${base}/actions/workflows/${file}`;
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** The page that compares two commits; null where one is no commit's whole name. */
export function compareUrl(place: RepositoryPlace & { readonly from: string; readonly to: string }): string | null {
  const base = repositoryUrl(place);
  return base === null || !COMMIT.test(place.from) || !COMMIT.test(place.to)
    ? null
    : `${base}/compare/${place.from}...${place.to}`;
}
