/**
 * Runs what the Dockerfile's target "scoring" describes without a container engine: its file system from the same steps, made
 * read-only in a mount namespace of its own, its entry as process 1 with its user and its environment. Only the base differs:
 * this machine's Node with its libraries in place of node:24-slim.
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { bundleScoringServer } from "../scoring-bundle.ts";
import { environmentOf, lastStep, parseDockerfile, readDockerfile, type Stage, stageOf } from "./dockerfile.ts";

export interface Image {
  /** Everything it holds, as folders and files. */
  readonly root: string;
  readonly user: { readonly uid: number; readonly gid: number };
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly entry: readonly string[];
  readonly healthCheck: readonly string[];
}

/** The step of the stage "build" that writes what is copied from there. */
const BUNDLE_STEP = /^node scripts\/scoring-bundle\.ts (\/out\/\S+)$/;

/** Follows the instructions of the target; one that it does not know is an error, so that nothing is left out unseen. */
export async function assembleImage(folder: string): Promise<Image> {
  const dockerfile = parseDockerfile(readDockerfile());
  const stage = stageOf(dockerfile, "scoring");
  const root = join(folder, "root");
  mkdirSync(root);
  layBase(root);
  for (const { keyword, flags, words } of stage.instructions) {
    if (keyword === "COPY" && flags.get("from") === "build") {
      const [source, target] = words as [string, string];
      const built = join(folder, "built", source);
      if (!stepsOf(stageOf(dockerfile, "build")).includes(source)) throw new Error(`nothing builds ${source}`);
      await bundleScoringServer(built);
      cpSync(built, join(root, target), { recursive: true });
    } else if (
      !["FROM", "ARG", "LABEL", "WORKDIR", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT"].includes(keyword)
    )
      throw new Error(`the proof knows no ${keyword}`);
  }
  const [uid, gid] = lastStep(stage, "USER")!.text.split(":").map(Number) as [number, number];
  return {
    root,
    user: { uid, gid },
    workdir: lastStep(stage, "WORKDIR")!.text,
    env: environmentOf(stage),
    entry: lastStep(stage, "ENTRYPOINT")!.exec!,
    healthCheck: lastStep(stage, "HEALTHCHECK")!.exec!,
  };
}

/** The folders that the bundle is written to by the stage's own command. */
function stepsOf(stage: Stage): string[] {
  return stage.instructions.flatMap(({ keyword, text }) =>
    keyword === "RUN" ? (BUNDLE_STEP.exec(text)?.slice(1) ?? []) : [],
  );
}

/** Node, what it is linked with, and the folders that every container has. */
function layBase(root: string): void {
  for (const folder of ["proc", "dev", "tmp", "etc", "usr/local/bin"])
    mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, "tmp"), 0o1777);
  const files = ["dev/null", "dev/urandom", "usr/local/bin/node"];
  for (const file of files) writeFileSync(join(root, file), "", { mode: 0o755 });
  const linked = execFileSync("ldd", [process.execPath], { encoding: "utf8" });
  for (const [library] of linked.matchAll(/\/\S+(?= \(0x)/g)) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    copyFileSync(library, join(root, library));
  }
}

/** Why a container can't be played here, or null. */
export function whyNoContainer(): string | null {
  if (process.platform !== "linux") return `needs Linux; this is ${process.platform}`;
  const { error, status, stderr } = spawnSync("unshare", [...OUTER, "true"], { encoding: "utf8" });
  if (error !== undefined) return `needs unshare (util-linux): ${error.message}`;
  return status === 0 ? null : `this machine forbids user namespaces: ${stderr.trim()}`;
}

const OUTER = ["--user", "--map-root-user", "--mount", "--pid", "--fork"];

/** A file system in memory, so that making it read-only is ours to do; what is mounted into it becomes read-only too. */
const SET_UP = `
set -eu
mount -t tmpfs -o mode=0755 tmpfs "$CONTAINER"
cp -a "$IMAGE/." "$CONTAINER"
for pair in $VOLUMES; do mkdir -p "$CONTAINER/\${pair#*:}"; cp -R "\${pair%%:*}/." "$CONTAINER/\${pair#*:}"; done
mount --bind "$NODE" "$CONTAINER/usr/local/bin/node"
mount -o remount,bind,ro "$CONTAINER/usr/local/bin/node"
for device in null urandom; do mount --bind "/dev/$device" "$CONTAINER/dev/$device"; done
mount -t proc proc "$CONTAINER/proc" || true
mount -o remount,bind,ro "$CONTAINER"
unset IMAGE NODE VOLUMES PWD OLDPWD
exec unshare --user --map-user="$USER_ID" --map-group="$GROUP_ID" --root="$CONTAINER" --wd="$WORKDIR" "$@"
`;

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of this machine, each to be found in the container under a path. Neither may hold a space or a colon. */
  readonly volumes?: Readonly<Record<string, string>>;
}

/** Starts a command in the image as its user; `folder` is an empty one to mount at. */
export function runInImage(
  image: Image,
  folder: string,
  command: readonly string[],
  { env = {}, volumes = {} }: RunOptions = {},
): ChildProcessWithoutNullStreams {
  const { user, workdir, root } = image;
  return spawn("unshare", [...OUTER, "--kill-child", "/bin/sh", "-c", SET_UP, "sh", ...command], {
    cwd: "/",
    env: {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      ...image.env,
      ...env,
      IMAGE: root,
      CONTAINER: folder,
      NODE: process.execPath,
      USER_ID: String(user.uid),
      GROUP_ID: String(user.gid),
      WORKDIR: workdir,
      VOLUMES: Object.entries(volumes)
        .map(([source, target]) => `${source}:${target}`)
        .join(" "),
    },
  });
}

/** Sends a signal to the container's process 1, as "docker stop" does; `unshare` itself passes none on. */
export function signalContainer({ pid }: { readonly pid?: number | undefined }, signal: NodeJS.Signals): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  process.kill(Number(children), signal);
}

/** Files that another user could not read, or could change: the user of a container owns none of its files. */
export function badModes(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const { mode } = lstatSync(path);
    const needed = entry.isDirectory() ? 0o005 : 0o004;
    const isReadable = (mode & needed) === needed;
    return isReadable && (mode & 0o002) === 0 ? [] : [`${path} ${(mode & 0o777).toString(8)}`];
  });
}
