/**
 * Where the workflow's file lies in its repository at the run's commit; null for workflows without a file of their own (those that GitHub
 * makes: "dynamic/dependabot/..."), with one in another repository, and for runs that take it from another commit than theirs.
 */
export function workflowFilePath(path: string, event: string | null): string | null {
  const [file = ""] = path.split("@", 1);
  // runs the base branch's file, while its commit is the pull request's
  if (event === "pull_request_target") return null;
  return /^\.github\/workflows\/[^/]+\.ya?ml$/.test(file) ? file : null;
}

/** Of `changed`, the workflow's file and what lies at or under the paths that it uses. */
export function changedOf(
  changed: readonly string[],
  workflowFile: string,
  localPaths: readonly string[],
): readonly string[] {
  return changed.filter(
    (path) => path === workflowFile || localPaths.some((local) => path === local || path.startsWith(`${local}/`)),
  );
}
