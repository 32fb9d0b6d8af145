import { stat } from "node:fs/promises";
import type { Logger } from "../operations/ports.ts";
import type { ModelSource, ServedModel } from "./served-model.ts";

/** A place where models appear. */
export interface ModelPlace {
  /** Changes whenever the model there is replaced; cheap, for it is asked every second. Null when there is none yet. */
  fingerprint(): Promise<string | null>;
  /** Loads and checks the model; rejects with what is wrong with it. Null when there is none yet. */
  load(): Promise<ServedModel | null>;
}

export interface WatchOptions {
  readonly place: ModelPlace;
  readonly log: Logger;
  /** Between two looks. */
  readonly intervalMs?: number;
}

/**
 * Serves the model of a place and keeps up with it: a changed model is loaded beside the one in use, which is replaced in one
 * step once the new one has passed every check. A bad one is told once and leaves the old one in use.
 */
export async function watchModel({ place, log, intervalMs = 1000 }: WatchOptions): Promise<ModelSource> {
  let current: ServedModel | null = null;
  let seen: string | null = null;
  let isDegraded = false;
  let isClosed = false;

  const look = async (): Promise<void> => {
    const print = await place.fingerprint();
    if (print === null || print === seen) return;
    try {
      const next = await place.load();
      // Replaced while it was read: what was loaded may be older than what lies there now, so the next look decides.
      if ((await place.fingerprint()) === print) seen = print;
      if (isClosed || next === null) return;
      isDegraded = false;
      if (next.sha256 === current?.sha256 && next.version === current.version) return;
      log.info("model loaded", { version: next.version, sha256: next.sha256, before: current?.version ?? null });
      current = next;
    } catch (error) {
      seen = print;
      isDegraded = current !== null;
      log.warn("model refused", {
        kept: current?.version ?? null,
        why: error instanceof Error ? error.message : String(error),
      });
    }
  };

  let running: Promise<void> | null = null;
  const refresh = (): Promise<void> => {
    running ??= look()
      .catch((error: unknown) => log.error("cannot look for a model", { why: String(error) }))
      .finally(() => {
        running = null;
      });
    return running;
  };

  await refresh();
  const timer = setInterval(() => void refresh(), intervalMs);
  timer.unref();
  return {
    current: () => current,
    isDegraded: () => isDegraded,
    refresh,
    close() {
      isClosed = true;
      clearInterval(timer);
    },
  };
}

/** Changes whenever one of these files is replaced or rewritten; null while the first does not exist. */
export async function filesFingerprint(paths: readonly string[]): Promise<string | null> {
  const parts = await Promise.all(
    paths.map(async (path) => {
      try {
        const { ino, size, mtimeMs } = await stat(path);
        return `${ino}:${size}:${mtimeMs}`;
      } catch {
        return "none";
      }
    }),
  );
  return parts[0] === "none" ? null : parts.join("|");
}
