import type { CollectedPart, CollectionState, CollectionStore } from "../../operations/collect/collection-store.ts";
import type { ReadMark } from "../../operations/collect/run-source.ts";
import { safeText } from "./rows.ts";
import type { StoreDatabase } from "./schema.ts";

type Listed = CollectedPart["listed"][number];

/** Adds a listed window; what overlaps it or touches it becomes one range with it. Call it inside a transaction. */
export async function addListed(db: StoreDatabase, { repositoryId, scope, window }: Listed): Promise<void> {
  if (window.toS < window.fromS) return;
  const key = safeText(scope);
  const touched = await db
    .selectFrom("collected_ranges")
    .where("repository_id", "=", repositoryId)
    .where("scope", "=", key)
    .where("from_s", "<=", window.toS + 1)
    .where("to_s", ">=", window.fromS - 1)
    .select(["from_s", "to_s"])
    .execute();
  const fromS = Math.min(window.fromS, ...touched.map((range) => range.from_s));
  const toS = Math.max(window.toS, ...touched.map((range) => range.to_s));
  if (touched.length === 1 && touched[0]?.from_s === fromS && touched[0].to_s === toS) return;
  if (touched.length > 0) {
    await db
      .deleteFrom("collected_ranges")
      .where("repository_id", "=", repositoryId)
      .where("scope", "=", key)
      .where(
        "from_s",
        "in",
        touched.map((range) => range.from_s),
      )
      .execute();
  }
  await db
    .insertInto("collected_ranges")
    .values({ repository_id: repositoryId, scope: key, from_s: fromS, to_s: toS })
    .execute();
}

export async function forgetListed(
  db: StoreDatabase,
  { repositoryId, scope }: NonNullable<CollectedPart["forgotten"]>[number],
): Promise<void> {
  await db
    .deleteFrom("collected_ranges")
    .where("repository_id", "=", repositoryId)
    .where("scope", "=", safeText(scope))
    .execute();
}

export async function listedWindows(
  db: StoreDatabase,
  repositoryId: number,
  scope: string,
): ReturnType<CollectionStore["listedWindows"]> {
  const rows = await db
    .selectFrom("collected_ranges")
    .where("repository_id", "=", repositoryId)
    .where("scope", "=", safeText(scope))
    .orderBy("from_s")
    .select(["from_s", "to_s"])
    .execute();
  return rows.map((row) => ({ fromS: row.from_s, toS: row.to_s }));
}

export async function collectionState(
  db: StoreDatabase,
  repositoryId: number,
  scope: string,
): Promise<CollectionState> {
  const row = await db
    .selectFrom("collection_states")
    .where("repository_id", "=", repositoryId)
    .where("scope", "=", safeText(scope))
    .selectAll()
    .executeTakeFirst();
  return {
    repositoryId,
    scope,
    lookedBackAtMs: row?.looked_back_at_ms ?? null,
    lookBackBeganAtMs: row?.look_back_began_at_ms ?? null,
    completedAtMs: row?.completed_at_ms ?? null,
    problem: row?.problem ?? null,
  };
}

export async function saveCollectionState(db: StoreDatabase, state: CollectionState): Promise<void> {
  const columns = {
    looked_back_at_ms: rounded(state.lookedBackAtMs),
    look_back_began_at_ms: rounded(state.lookBackBeganAtMs),
    completed_at_ms: rounded(state.completedAtMs),
    problem: state.problem === null ? null : safeText(state.problem),
  };
  await db
    .insertInto("collection_states")
    .values({ repository_id: state.repositoryId, scope: safeText(state.scope), ...columns })
    .onConflict((conflict) => conflict.columns(["repository_id", "scope"]).doUpdateSet(columns))
    .execute();
}

const rounded = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

/** How many marks are kept: of all tokens, and of the one in use alone. */
export const READ_MARKS_MAX = 5000;
const READ_MARKS_OF_TOKEN_MAX = 4 * READ_MARKS_MAX;

/** Keeps the marks, and of those that tokens out of use left behind only the latest. Call it inside a transaction. */
export async function saveReadMarks(db: StoreDatabase, marks: readonly ReadMark[]): Promise<void> {
  if (marks.length === 0) return;
  const { latest } = await db
    .selectFrom("read_marks")
    .select(({ fn }) => fn.max("place").as("latest"))
    .executeTakeFirstOrThrow();
  let place: number = latest ?? 0;
  for (const mark of marks) {
    place++;
    const columns = {
      etag: safeText(mark.etag),
      next_page: mark.nextPage === null ? null : safeText(mark.nextPage),
      total: mark.total,
      place,
    };
    await db
      .insertInto("read_marks")
      .values({ token_id: safeText(mark.tokenId), url: safeText(mark.url), ...columns })
      .onConflict((conflict) => conflict.columns(["token_id", "url"]).doUpdateSet(columns))
      .execute();
  }
  const tokens = [...new Set(marks.map((mark) => safeText(mark.tokenId)))];
  await db
    .deleteFrom("read_marks")
    .where("place", "<=", place - READ_MARKS_MAX)
    .where("token_id", "not in", tokens)
    .execute();
  await db
    .deleteFrom("read_marks")
    .where("place", "<=", place - READ_MARKS_OF_TOKEN_MAX)
    .execute();
}

export async function readMark(db: StoreDatabase, tokenId: string, url: string): Promise<ReadMark | null> {
  const row = await db
    .selectFrom("read_marks")
    .where("token_id", "=", safeText(tokenId))
    .where("url", "=", safeText(url))
    .selectAll()
    .executeTakeFirst();
  if (row === undefined) return null;
  return { tokenId, url, etag: row.etag, nextPage: row.next_page, total: row.total };
}
