import type { EvidenceSource } from "../evidence/evidence-source.ts";
import type { Settings } from "../settings/settings.ts";
import type { AlertMessage } from "./alert-message.ts";
import { CODEOWNERS_PLACES, type CodeOwners, NO_CODE_OWNERS, readCodeOwners } from "./code-owners.ts";
import { routeAlert } from "./routing.ts";

/** A repository whose owners may be asked for. */
export interface OwnedRepository {
  readonly id: number;
  readonly fullName: string;
  readonly defaultBranch: string | null;
}

/**
 * Says which channels a message goes to. Owners are read beforehand, of the default branches, and only where a route names one; where
 * they can't be read (`fileAt` null, or nothing there) nobody owns anything.
 */
export async function alertRoutes(
  settings: Pick<Settings, "channels" | "routes">,
  repositories: readonly OwnedRepository[],
  fileAt: EvidenceSource["fileAt"] | null,
): Promise<(message: AlertMessage) => readonly string[]> {
  const owners = new Map<number, CodeOwners>();
  if (fileAt !== null && settings.routes.some(({ owner }) => owner !== undefined)) {
    // only GitHub's own repositories have files
    for (const repository of repositories.filter(({ id }) => id > 0))
      owners.set(repository.id, await ownersOf(repository, fileAt));
  }
  return (message) => {
    const { repository, workflow } = message;
    const path = workflow?.path ?? null;
    const known = repository === null || path === null ? NO_CODE_OWNERS : (owners.get(repository.id) ?? NO_CODE_OWNERS);
    return routeAlert(message, settings, path === null ? [] : known.ownersOf(path));
  };
}

async function ownersOf(
  { fullName, defaultBranch }: OwnedRepository,
  fileAt: EvidenceSource["fileAt"],
): Promise<CodeOwners> {
  for (const place of CODEOWNERS_PLACES) {
    const text = await fileAt(fullName, place, defaultBranch ?? "HEAD");
    if (text !== null) return readCodeOwners(text);
  }
  return NO_CODE_OWNERS;
}
