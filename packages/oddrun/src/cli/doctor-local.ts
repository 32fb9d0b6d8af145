import { randomUUID } from "node:crypto";
import { existsSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { CheckOutcome, DoctorCheck } from "../operations/doctor/doctor.ts";
import { grouped } from "../operations/text/grouped-number.ts";
import { Problem } from "../operations/problems.ts";
import type { CommandContext } from "./command.ts";
import { unresolvedSettings } from "./unresolved-settings.ts";

/** As package.json says it. */
const NODE_MIN = [22, 13] as const;
/** A collection of a few thousand runs needs some tens of MB; with less than this free, one of a few hundred may fail. */
const FREE_BYTES_FAILED = 50_000_000;
const FREE_BYTES_WARNING = 500_000_000;

/** Looks at this machine: Node, settings, data folder, store, models. Nothing lasting is written. */
export function localChecks(
  { env, dataDir, now, log }: Pick<CommandContext, "env" | "dataDir" | "now" | "log">,
  modelDir: string,
): readonly DoctorCheck[] {
  return [
    { name: "Node.js", area: "settings", look: async () => nodeOutcome(process.versions.node) },
    { name: "Settings", area: "settings", look: async () => settingsOutcome(env) },
    { name: "Data folder", area: "store", look: async () => folderOutcome(dataDir) },
    { name: "Store of runs", area: "store", look: () => storeOutcome(join(dataDir, "oddrun.db")) },
    { name: "Model folder", area: "store", look: () => modelFolderOutcome(modelDir) },
    {
      name: "Model in use",
      area: "store",
      async look() {
        const { localRegistry } = await import("../adapters/model-registry/index.ts");
        const loaded = await localRegistry(join(dataDir, "models"), now, log).promoted("metrics");
        if (loaded !== null) return { status: "ok", found: `${loaded.version} loads` };
        return { status: "warning", found: "no model is kept here yet", mend: 'Run "oddrun train".' };
      },
    },
  ];
}

function nodeOutcome(version: string): CheckOutcome {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  if (isEnough) return { status: "ok", found: version };
  return { status: "failed", found: version, mend: `Install Node.js ${NODE_MIN.join(".")} or newer.` };
}

function settingsOutcome(env: CommandContext["env"]): CheckOutcome {
  const unresolved = unresolvedSettings(env);
  if (unresolved.length === 0) return { status: "ok", found: "no unresolved Key Vault reference" };
  return {
    status: "failed",
    found: `${unresolved.join(", ")}: a Key Vault reference that App Service did not resolve`,
    mend: `Write the secret to the vault, give the app's identity the role "Key Vault Secrets User" there and make it the one for references, and start the app again.`,
  };
}

function folderOutcome(dataDir: string): CheckOutcome {
  const isThere = existsSync(dataDir);
  const place = isThere ? dataDir : nearestFolder(dataDir);
  const probe = join(place, `.oddrun-doctor-${randomUUID()}`);
  try {
    writeFileSync(probe, "", { flag: "wx" });
    rmSync(probe);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unknown";
    const mend = "Check its owner and mode and whether the disk is mounted read-only, or name another with --data-dir.";
    return { status: "failed", found: `${place} cannot be written (${why})`, mend };
  }
  const { bavail, bsize } = statfsSync(place);
  const freeBytes = bavail * bsize;
  const found = `${dataDir}${isThere ? "" : " is not there yet and can be made"}, ${megabytes(freeBytes)} free`;
  if (freeBytes >= FREE_BYTES_WARNING) return { status: "ok", found };
  const status = freeBytes >= FREE_BYTES_FAILED ? "warning" : "failed";
  return { status, found, mend: "Free some space, or name a folder on another disk with --data-dir." };
}

function nearestFolder(path: string): string {
  let folder = resolve(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

async function storeOutcome(path: string): Promise<CheckOutcome> {
  const { lookAtStore } = await import("../adapters/store/index.ts");
  const look = await lookAtStore(path);
  if (look === null) {
    return { status: "ok", found: `${path} is not there yet; "oddrun collect" or "oddrun import" makes it` };
  }
  const whole = look.isReadWhole ? "whole" : "opened, too large to be read whole here";
  return {
    status: "ok",
    found: `${grouped(look.runCount)} finished runs, ${megabytes(look.sizeBytes)}, ${whole}, may be written`,
  };
}

async function modelFolderOutcome(folder: string): Promise<CheckOutcome> {
  const { loadModelFolder } = await import("../adapters/model-registry/index.ts");
  try {
    const { model, sha256 } = await loadModelFolder(folder);
    const features = model.features.map(({ name }) => name).join(", ");
    return { status: "ok", found: `${folder} loads: ${features}; sha256 ${sha256.slice(0, 12)}` };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "model-not-found") throw error;
    return {
      status: "warning",
      found: `no model in ${folder}`,
      mend: 'Run "oddrun train", or name its folder with --model-dir.',
    };
  }
}

function megabytes(bytes: number): string {
  return `${grouped(Math.round(bytes / 1_000_000))} MB`;
}
