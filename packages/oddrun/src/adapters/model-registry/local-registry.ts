import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { encodeModel, type IsolationForestModel, MODEL_FILE } from "@oddrun/core/isolation-forest";
import type { LoadedModel, Logger, ModelRegistry, ModelVersion } from "../../operations/ports.ts";
import { Problem, problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { isAlive, makeFolder, syncFolder, withFileLock, writeFileAtomically } from "../files/index.ts";
import { loadModelFolder, sha256 } from "./model-folder.ts";
import { PUBLISH_LOCK } from "./publish-model-folder.ts";

const REGISTRATION_NAME = "registration.json";
const PROMOTED_NAME = "promoted.json";
/** No training takes an hour to write its files; in a container a dead writer's process id may be alive again. */
const LEFTOVER_AGE_MS = 3_600_000;
const VERSION_PATTERN = /^(metrics|history)-([1-9]\d{0,8})$/;

/** A registry in a folder: one sub-folder a version, never changed once its name is there, and a small file of what is in use. */
export function localRegistry(folder: string, now: () => number, log: Logger): ModelRegistry {
  async function versions(kind?: IsolationForestModel["kind"]): Promise<string[]> {
    const names = await readdir(folder).catch(() => []);
    return names
      .filter((name) => VERSION_PATTERN.test(name) && (kind === undefined || name.startsWith(`${kind}-`)))
      .sort((a, b) => numberOf(b) - numberOf(a));
  }

  async function registrationOf(version: string): Promise<ModelVersion> {
    if (!VERSION_PATTERN.test(version)) throw problem("model-version-unknown", printable(version));
    const text = await readFile(join(folder, version, REGISTRATION_NAME), "utf8").catch(() => null);
    if (text === null) throw problem("model-version-unknown", version);
    try {
      const { registeredAt, source, sha256 } = JSON.parse(text) as Record<string, string>;
      const kind = VERSION_PATTERN.exec(version)![1] as IsolationForestModel["kind"];
      return { kind, version, registeredAtMs: Date.parse(registeredAt!), source: source!, sha256: sha256! };
    } catch {
      throw problem("model-refused", join(folder, version), `${REGISTRATION_NAME} is damaged`);
    }
  }

  async function load(version: string): Promise<LoadedModel> {
    const registration = await registrationOf(version);
    const loaded = await loadModelFolder(join(folder, version));
    if (loaded.sha256 !== registration.sha256) {
      throw problem("model-refused", join(folder, version), `${MODEL_FILE} is not the one that was kept`);
    }
    return { ...registration, model: loaded.model };
  }

  async function promotions(): Promise<Readonly<Record<string, string>>> {
    const text = await readFile(join(folder, PROMOTED_NAME), "utf8").catch(() => "{}");
    try {
      return JSON.parse(text) as Record<string, string>;
    } catch {
      log.warn(`${PROMOTED_NAME} is damaged: the newest version that loads is used`);
      return {};
    }
  }

  async function promote(version: ModelVersion): Promise<void> {
    // a training and a detection may end at once: what the other promoted must stay
    const promoted = await withFileLock(join(folder, ".promoting"), PUBLISH_LOCK, async () => {
      const next = { ...(await promotions()), [version.kind]: version.version };
      await writeFileAtomically(join(folder, PROMOTED_NAME), `${JSON.stringify(next, null, 2)}\n`, { force: true });
    });
    if (promoted === null) throw new Error("another training has been at work there for too long");
  }

  return {
    async register(model, source) {
      const files = encodeModel(model, sha256);
      const manifestHash = sha256(files.get(MODEL_FILE)!);
      try {
        makeFolder(folder);
        await removeLeftovers(folder, now());
        for (;;) {
          const version = `${model.kind}-${numberOf((await versions(model.kind))[0] ?? "0") + 1}`;
          const registration = { kind: model.kind, version, registeredAtMs: now(), source, sha256: manifestHash };
          const incoming = join(folder, `.incoming-${process.pid}-${randomUUID()}`);
          await mkdir(incoming);
          for (const [name, bytes] of files) await writeFileAtomically(join(incoming, name), bytes);
          await writeFileAtomically(join(incoming, REGISTRATION_NAME), registrationText(registration));
          if (await renameIfFree(incoming, join(folder, version))) {
            await promote(registration);
            return registration;
          }
        }
      } catch (error) {
        if (error instanceof Problem) throw error;
        throw problem("model-folder-unwritable", folder, error instanceof Error ? error.message : String(error));
      }
    },

    async promoted(kind) {
      const chosen = (await promotions())[kind];
      const candidates = await versions(kind);
      for (const version of chosen === undefined
        ? candidates
        : [chosen, ...candidates.filter((name) => name !== chosen)]) {
        try {
          return await load(version);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          log.warn(`model version ${version} cannot be used, an older one is tried`, { why: error.message });
        }
      }
      return null;
    },

    async list() {
      const inUse = await promotions();
      const listed = [];
      for (const version of await versions()) {
        try {
          const registration = await registrationOf(version);
          listed.push({ ...registration, isPromoted: inUse[registration.kind] === version });
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          log.warn(`model version ${version} cannot be listed`, { why: error.message });
        }
      }
      return listed.sort((a, b) => b.registeredAtMs - a.registeredAtMs || numberOf(b.version) - numberOf(a.version));
    },

    load,
  };
}

function numberOf(version: string): number {
  return Number(version.slice(version.lastIndexOf("-") + 1));
}

function registrationText(registration: ModelVersion): string {
  const { registeredAtMs, ...rest } = registration;
  return `${JSON.stringify({ ...rest, registeredAt: new Date(registeredAtMs).toISOString() }, null, 2)}\n`;
}

/** False when another training took that name first. */
async function renameIfFree(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    await syncFolder(dirname(to));
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "EPERM") throw error;
    await rm(from, { recursive: true, force: true });
    return false;
  }
}

/** Half-written versions of trainings that were killed. Those of living processes are left alone. */
async function removeLeftovers(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const writer = /^\.incoming-(\d+)-/.exec(name)?.[1];
    if (writer === undefined) continue;
    const path = join(folder, name);
    // another training may give its own folder its name at this moment
    const found = await stat(path).catch(() => null);
    if (found === null) continue;
    const isOld = now - found.mtimeMs > LEFTOVER_AGE_MS;
    if (isOld || !isAlive(Number(writer))) await rm(path, { recursive: true, force: true });
  }
}
