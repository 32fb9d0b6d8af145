export { lookAtStore } from "./look-at-store.ts";
import type { Store } from "./sql-store.ts";

export type { Store } from "./sql-store.ts";

export interface OpenStoreOptions {
  /** Opens what is there without changing it; a store that is not there is a problem. Default: false. */
  readonly readOnly?: boolean;
  /** Makes the store when there is none. Default: true. */
  readonly create?: boolean;
  /** How long a write waits for another process's write before it is a problem. Default: 5000. */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens the SQLite file at `path` as the run store, making it and its folder when there is none. Several processes may
 * have it open at once. What was saved survives the death of the process. Throws a `Problem` (exit code 5) when the file is
 * something else, damaged, made by a newer version, or may not be written.
 */
export async function openStore(path: string, options: OpenStoreOptions = {}): Promise<Store> {
  const { openSqliteStore } = await import("./sqlite-store.ts");
  return openSqliteStore(path, {
    readOnly: options.readOnly ?? false,
    create: options.create ?? true,
    busyTimeoutMs: options.busyTimeoutMs ?? 5000,
  });
}
