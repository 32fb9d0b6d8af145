import { readFileSync, writeFileSync } from "node:fs";

/**
 * Some package mirrors hold the binaries of a few platforms only. npm then leaves the others out of the lock file it writes, and `npm ci` refuses
 * that lock as out of sync. This adds them as npm knows them: name, exact version, platform. They carry no integrity hash, since
 * nobody has seen their bytes; where a mirror has them, the next `npm install` fills it in. Run by `npm run lock`.
 */
const LOCK = new URL("../package-lock.json", import.meta.url);

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

const PLATFORM =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-(gnu|musl|msvc|eabi)\w*)?$/;
const LIBC: Readonly<Record<string, string>> = { gnu: "glibc", musl: "musl" };

const lock = JSON.parse(readFileSync(LOCK, "utf8")) as { packages: Record<string, LockedPackage> };
let added = 0;
for (const locked of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    const platform = PLATFORM.exec(name);
    if (Object.hasOwn(lock.packages, place) || platform === null || !/^\d+\.\d+\.\d+$/.test(version)) continue;
    const [, os, cpu, abi = ""] = platform;
    const libc = LIBC[abi];
    lock.packages[place] = {
      version,
      cpu: [cpu!],
      ...(locked.dev === true ? { dev: true } : {}),
      ...(libc === undefined ? {} : { libc: [libc] }),
      optional: true,
      os: [os!],
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added to package-lock.json\n`);
