import { renameIncidents } from "./save-incidents.ts";
import { forgetWatch } from "./save-watch.ts";
import type { StoreDatabase, WorkflowRow } from "./schema.ts";

/**
 * Gives the runs of imported workflows (ids below 0) to the workflow of GitHub's with their name or path, where one alone has
 * it. The imported one stays, without runs: an import that is under way may still save under its id. Call it inside a
 * transaction.
 */
export async function adoptWorkflows(db: StoreDatabase, repositoryId: number): Promise<void> {
  const imported = await workflowsOf(db, repositoryId, "<");
  if (imported.length === 0) return;
  const real = await workflowsOf(db, repositoryId, ">");
  for (const workflow of imported) {
    const owner = ownerOf(workflow, real);
    if (owner === undefined) continue;
    const { numUpdatedRows } = await db
      .updateTable("run_attempts")
      .where("repository_id", "=", repositoryId)
      .where("workflow_id", "=", workflow.workflow_id)
      .set({ workflow_id: owner.workflow_id })
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) continue;
    // their series have other names now
    await forgetWatch(db, repositoryId);
    await renameIncidents(db, repositoryId, (series) => ({
      ...series,
      workflowId: series.workflowId === workflow.workflow_id ? owner.workflow_id : series.workflowId,
    }));
  }
}

function workflowsOf(db: StoreDatabase, repositoryId: number, side: "<" | ">"): Promise<WorkflowRow[]> {
  return db
    .selectFrom("workflows")
    .where("repository_id", "=", repositoryId)
    .where("workflow_id", side, 0)
    .selectAll()
    .execute();
}

/** A path is one workflow's own, a name may be several workflows'. An import may give the path as the name. */
function ownerOf({ name, path }: WorkflowRow, real: readonly WorkflowRow[]): WorkflowRow | undefined {
  const byPath = real.filter((workflow) => workflow.path !== null && [path, name].includes(workflow.path));
  const byName = real.filter((workflow) => workflow.name === name);
  const [owner, ...others] = byPath.length > 0 ? byPath : byName;
  return others.length === 0 ? owner : undefined;
}
