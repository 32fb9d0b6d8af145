import type { GithubComment } from "./github-issue.ts";
import type { IssuesOf } from "./issues-of.ts";

export interface UpsertedComment {
  readonly comment: GithubComment;
  readonly did: "created" | "edited" | "unchanged";
}

/**
 * Sees to it that the issue or pull request has one comment of ours with `mark`, and that it says `body`: edits the one that is there,
 * never writes a second one. Of two that were written at the same moment the older stays. `mark` is an HTML comment that tells it from
 * all others of ours: "<!-- oddrun:check -->"; it is put at the end of the body. null when the issue is not there any more, and
 * where there is none yet and `isNewWanted` is false.
 */
export async function upsertComment(
  issues: IssuesOf,
  number: number,
  { mark, body, isNewWanted = true }: { readonly mark: string; readonly body: string; readonly isNewWanted?: boolean },
): Promise<UpsertedComment | null> {
  const text = body.endsWith(mark) ? body : `${body}\n\n${mark}`;
  const [first] = await ownComments(issues, number, mark);
  if (first !== undefined) {
    if (sameText(first.body, text)) return { comment: first, did: "unchanged" };
    const comment = await issues.updateComment(first.id, text);
    // Deleted by a person just now: it is not forced upon anybody before the next time.
    return comment === null ? null : { comment, did: "edited" };
  }
  if (!isNewWanted) return null;
  const comment = await issues.comment(number, text, mark);
  if (comment === null) return null;
  const [older, ...others] = await ownComments(issues, number, mark);
  if (older === undefined || older.id === comment.id) return { comment, did: "created" };
  if (others.some(({ id }) => id === comment.id)) await issues.deleteComment(comment.id);
  const kept = sameText(older.body, text) ? older : await issues.updateComment(older.id, text);
  return kept === null ? null : { comment: kept, did: "edited" };
}

/** By the mark at the end and by their author: anybody may write the mark, nobody may sign as us. */
async function ownComments(issues: IssuesOf, number: number, mark: string): Promise<readonly GithubComment[]> {
  const [login, comments] = [await issues.ownLogin(), await issues.comments(number)];
  return comments
    .filter(({ author, body }) => author === login && body.trimEnd().endsWith(mark))
    .toSorted((one, other) => one.id - other.id);
}

/** GitHub may send line ends as it likes. */
const sameText = (one: string, other: string): boolean =>
  one.replaceAll("\r\n", "\n").trimEnd() === other.replaceAll("\r\n", "\n").trimEnd();
