/** A user of an enterprise has "_" in the name. */
const FULL_NAME = /^[A-Za-z0-9_-]{1,100}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/** The attempt's page on GitHub; null where only a file told of the run, since GitHub's ids are above 0, or the name is none of GitHub's. */
export function runUrl(attempt: {
  readonly repositoryId: number;
  readonly repositoryName: string;
  readonly runId: number;
  readonly runAttempt: number;
}): string | null {
  const { repositoryId, repositoryName, runId, runAttempt } = attempt;
  if (repositoryId <= 0 || runId <= 0 || !FULL_NAME.test(repositoryName)) return null;
  return `https://github.com/${repositoryName}/actions/runs/${runId}/attempts/${runAttempt}`;
}
