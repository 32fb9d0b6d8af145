/** Branches whose runs are alike: work on the default branch is not work on a topic branch. */
export type BranchClass = "default" | "release" | "merge-queue" | "topic" | "unknown";

const USUAL_DEFAULT_BRANCHES = new Set(["main", "master", "trunk"]);

/** Which kind of branch this is; `defaultBranch` is the repository's own, where known. */
export function branchClass(branch: string | null, defaultBranch: string | null): BranchClass {
  if (branch === null || branch === "") return "unknown";
  if (defaultBranch === null ? USUAL_DEFAULT_BRANCHES.has(branch) : branch === defaultBranch) return "default";
  if (branch.startsWith("gh-readonly-queue/")) return "merge-queue";
  if (/^(release|releases|stable|hotfix)([/-]|$)/.test(branch) || /^v?\d+\.(\d+|x)(\.|$)/.test(branch))
    return "release";
  return "topic";
}
