import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import { ROOT } from "./workflow-policy.ts";

interface Job {
  readonly permissions: object;
  readonly environment?: string;
  readonly steps: readonly { readonly name?: string; readonly run?: string }[];
}
const { jobs } = parse(readFileSync(join(ROOT, ".github/workflows/release.yml"), "utf8")) as {
  jobs: Record<"build" | "tag" | "publish", Job>;
};
const scriptOf = (job: keyof typeof jobs, name: string) => jobs[job].steps.find((step) => step.name === name)!.run!;

const root = mkdtempSync(join(tmpdir(), "oddrun-release-"));
after(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
function newFolder(): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  return folder;
}

/** What the build job hands on. */
function releaseFiles(folder: string, version: string): void {
  const release = join(folder, "release");
  mkdirSync(release);
  const names = [
    "index.mjs",
    `oddrun-${version}.tgz`,
    `oddrun-azure-${version}.tgz`,
    `oddrun-core-${version}.tgz`,
    "sbom.cdx.json",
  ];
  for (const name of names) writeFileSync(join(release, name), `the ${name}`);
  const sum = (name: string) => createHash("sha256").update(`the ${name}`).digest("hex");
  writeFileSync(join(release, "SHA256SUMS"), names.map((name) => `${sum(name)}  ${name}\n`).join(""));
}

/** Runs a step's script as the runner does, with programs that write down what they are asked. */
function runStep(
  script: string,
  folder: string,
  recorded: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
) {
  const bin = newFolder();
  const calls = join(bin, "calls");
  for (const [name, then] of Object.entries(recorded)) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> "${calls}"\n${then}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const { status, stdout, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: [bin, process.env["PATH"]].join(delimiter), HOME: bin, GIT_CONFIG_NOSYSTEM: "1", ...env },
  });
  return { status, text: `${stdout}${stderr}`, calls: existsSync(calls) ? readFileSync(calls, "utf8") : "" };
}

const git = (folder: string, ...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync("git", args, { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, `git ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
};

const skip =
  spawnSync("bash", ["-c", "jq --version && sha256sum --version && git --version"]).status === 0
    ? false
    : "needs bash, git and jq";
const TAG = "Commit dist/ on the tag alone, and move the major tag to it";

/** A clone whose origin is a folder here, with an earlier release. */
function clone(): { readonly origin: string; readonly work: string } {
  const origin = newFolder();
  git(origin, "init", "--quiet", "--bare", "--initial-branch=main");
  const work = newFolder();
  git(work, "clone", "--quiet", origin, ".");
  writeFileSync(join(work, ".gitignore"), "dist/\n");
  git(work, "add", ".");
  git(work, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "one");
  git(work, "tag", "v1");
  git(work, "push", "--quiet", "origin", "HEAD:main", "v1");
  return { origin, work };
}

test("the built Action is on the tag and on no branch, and the major tag moves to it", { skip }, () => {
  const { origin, work } = clone();
  releaseFiles(work, "1.2.0");
  const before = git(origin, "rev-parse", "main");
  const { status, text, calls } = runStep(
    scriptOf("tag", TAG),
    work,
    { gh: "" },
    { VERSION: "1.2.0", GH_TOKEN: "ghs_canary" },
  );
  assert.equal(status, 0, text);
  assert.equal(git(origin, "rev-parse", "main"), before);
  assert.equal(git(origin, "rev-parse", "v1.2.0"), git(origin, "rev-parse", "v1"));
  assert.equal(git(origin, "rev-parse", "v1.2.0^"), before);
  assert.equal(git(origin, "diff", "--name-only", "main", "v1.2.0"), "dist/index.mjs");
  assert.equal(git(origin, "show", "v1:dist/index.mjs"), "the index.mjs");
  assert.match(
    calls,
    /^gh auth setup-git\ngh release create v1\.2\.0 --verify-tag .*oddrun-core-1\.2\.0\.tgz .*sbom\.cdx\.json .*SHA256SUMS$/m,
  );
  assert.doesNotMatch(`${calls}${text}`, /canary/);
});

test("files that are not the tested ones are neither tagged nor published", { skip }, () => {
  const { origin, work } = clone();
  releaseFiles(work, "1.2.0");
  writeFileSync(join(work, "release/index.mjs"), "another");
  assert.notEqual(runStep(scriptOf("tag", TAG), work, { gh: "" }, { VERSION: "1.2.0" }).status, 0);
  assert.equal(git(origin, "tag"), "v1");
  const published = runStep(
    scriptOf("publish", "Publish what was tested, with provenance"),
    work,
    { npm: "echo 11.6.0" },
    { VERSION: "1.2.0" },
  );
  assert.notEqual(published.status, 0);
  assert.equal(published.calls, "");
});

const publish = (npm: string) => {
  const folder = newFolder();
  releaseFiles(folder, "1.2.0");
  return runStep(
    scriptOf("publish", "Publish what was tested, with provenance"),
    folder,
    { npm },
    { VERSION: "1.2.0" },
  );
};

test("each package is published with provenance, and one that is out already is passed over", { skip }, () => {
  const { status, calls, text } = publish(
    'case "$*" in --version) echo 11.19.1 ;; "view @oddrun/core@"*) echo 1.2.0 ;; view*) exit 1 ;; esac',
  );
  assert.equal(status, 0, text);
  const published = calls.split("\n").filter((line) => line.startsWith("npm publish"));
  assert.deepEqual(published, [
    "npm publish ./release/oddrun-azure-1.2.0.tgz --access public --provenance --ignore-scripts",
    "npm publish ./release/oddrun-1.2.0.tgz --access public --provenance --ignore-scripts",
  ]);
});

test("an npm that knows no trusted publishing publishes nothing", { skip }, () => {
  for (const version of ["10.9.0", "11.5.0"]) {
    const { status, calls } = publish(`echo ${version}`);
    assert.equal(status, 1);
    assert.equal(calls, "npm --version\n");
  }
});

test("a version that is out is refused before anything is built, and so are packages of different versions", {
  skip,
}, () => {
  const version = (gh: string, other = "1.2.0") => {
    const folder = newFolder();
    for (const name of ["core", "oddrun", "azure", "action"]) {
      mkdirSync(join(folder, "packages", name), { recursive: true });
      writeFileSync(
        join(folder, "packages", name, "package.json"),
        JSON.stringify({ version: name === "azure" ? other : "1.2.0" }),
      );
    }
    const output = join(folder, "output");
    const env = { GITHUB_OUTPUT: output, GITHUB_REPOSITORY: "octo-org/oddrun", GH_TOKEN: "x" };
    const { status, text } = runStep(
      scriptOf("build", "Read the version, and refuse one that is out"),
      folder,
      { gh },
      env,
    );
    return { status, text, output: existsSync(output) ? readFileSync(output, "utf8") : "" };
  };
  assert.deepEqual(version("exit 1"), { status: 0, text: "", output: "version=1.2.0\n" });
  assert.match(version("").text, /^::error::v1\.2\.0 is out/);
  assert.equal(version("").status, 1);
  assert.match(version("exit 1", "1.1.0").text, /^::error::packages\/azure is not of version 1\.2\.0/);
});

test("each job has the rights that it needs and no others, and what writes is behind the environment", () => {
  assert.deepEqual(
    Object.values(jobs).map(({ permissions, environment }) => [permissions, environment]),
    [
      [{ contents: "read" }, undefined],
      [{ contents: "write" }, "release"],
      [{ "id-token": "write" }, "release"],
    ],
  );
});
