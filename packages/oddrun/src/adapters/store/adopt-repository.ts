import type { SourceRepository } from "../../operations/collect/run-source.ts";
import { mergeRepository } from "./merge-repository.ts";
import { adoptWorkflows } from "./adopt-workflows.ts";
import { keepNames } from "./repository-names.ts";
import { nameKey, REPOSITORIES, repositoryRow } from "./rows.ts";
import type { StoreDatabase } from "./schema.ts";
import { upsertInto } from "./upsert.ts";

const saveRepositories = upsertInto(REPOSITORIES);

/** Registers a repository under GitHub's id and takes in what was imported under its names. Call it inside a transaction. */
export async function adoptRepository(
  db: StoreDatabase,
  repository: SourceRepository,
  askedNames: readonly string[] = [],
): Promise<void> {
  const { id, fullName } = repository;
  const key = nameKey(fullName);
  await giveUpName(db, key, id);
  const before = await db.selectFrom("repositories").where("repository_id", "=", id).selectAll().executeTakeFirst();
  await saveRepositories(db, [repositoryRow(repository)]);
  const names = new Set([key, ...askedNames.map(nameKey)]);
  if (before !== undefined && !isSubstitute(before)) names.add(before.name_key);
  await keepNames(db, id, [...names]);
  let hasMerged = false;
  for (const imported of await importedUnder(db, [...names], id)) {
    await mergeRepository(db, imported.repository_id, id);
    await keepNames(db, imported.repository_id, [imported.name_key], id);
    hasMerged = true;
  }
  if (hasMerged) await adoptWorkflows(db, id);
}

/**
 * A repository that still has the name here was renamed or deleted: until GitHub tells more, its id sets it apart. "#" is
 * in no name of GitHub's.
 */
async function giveUpName(db: StoreDatabase, key: string, newOwnerId: number): Promise<void> {
  const owners = await db
    .selectFrom("repositories")
    .where("name_key", "=", key)
    .where("repository_id", ">", 0)
    .where("repository_id", "<>", newOwnerId)
    .selectAll()
    .execute();
  for (const owner of owners) {
    await keepNames(db, owner.repository_id, [owner.name_key]);
    const fullName = substituteName(owner);
    await db
      .updateTable("repositories")
      .where("repository_id", "=", owner.repository_id)
      .set({ full_name: fullName, name_key: nameKey(fullName) })
      .execute();
  }
}

interface NamedRepository {
  readonly repository_id: number;
  readonly full_name: string;
}

const substituteName = (owner: NamedRepository): string => `${owner.full_name}#${owner.repository_id}`;
const isSubstitute = (owner: NamedRepository): boolean => owner.full_name.endsWith(`#${owner.repository_id}`);

/** Imported under one of the names, or merged before: an import that is under way may still save under its first id. */
async function importedUnder(db: StoreDatabase, nameKeys: readonly string[], realId: number) {
  const present = await db
    .selectFrom("repositories")
    .where("name_key", "in", nameKeys)
    .where("repository_id", "<", 0)
    .select(["repository_id", "name_key"])
    .execute();
  const merged = await db
    .selectFrom("repository_names")
    .where("merged_into", "=", realId)
    .select(["repository_id", "name_key"])
    .execute();
  return [...present, ...merged];
}
