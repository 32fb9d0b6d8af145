import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SCORING_CONTRACT } from "../../packages/oddrun/src/operations/models/scoring-contract.ts";
import { lastStep, parseDockerfile, readDockerfile, ROOT, stageOf } from "./dockerfile.ts";
import { type BuildContext, dockerfileFindings } from "./dockerfile-policy.ts";
import { ignoredBy } from "./dockerignore.ts";

const text = readDockerfile();
const isIgnored = ignoredBy(readFileSync(join(ROOT, ".dockerignore"), "utf8"));
const context: BuildContext = { exists: (path) => existsSync(join(ROOT, path)), isIgnored };

test("the Dockerfile holds the policy", () => {
  assert.deepEqual(dockerfileFindings(text, context), []);
});

const FAULTS: readonly (readonly [what: string, from: string | RegExp, to: string, finding: RegExp])[] = [
  ["a base by its tag alone", /@\$\{NODE_DIGEST\} AS scoring/, " AS scoring", /not named by a digest/],
  ["a base by another word than the digest's", /@\$\{NODE_DIGEST\} AS app$/m, "@${NODE_TAG} AS app", /by a digest/],
  ["a moving tag", "NODE_TAG=24-slim", "NODE_TAG=latest", /NODE_TAG is a moving tag/],
  [
    "a digest that nobody looked up",
    "ARG NODE_DIGEST\n\n",
    `ARG NODE_DIGEST=sha256:${"0".repeat(64)}\n\n`,
    /at the top/,
  ],
  ["root at the end of the image for scoring", /USER 65532:65532(?![^]*USER)/, "USER 0:0", /scoring: it runs as root/],
  ["the group of root", /USER 65532:65532(?![^]*USER)/, "USER 65532:0", /scoring: it runs as root/],
  ["a user by name", /USER 65532:65532(?![^]*USER)/, "USER node", /not UID:GID in numbers/],
  ["a user without its group", /USER 65532:65532(?![^]*USER)/, "USER 65532", /not UID:GID in numbers/],
  ["no user", /USER 65532:65532(?![^]*USER)/, "", /not UID:GID in numbers/],
  ["no health check", /HEALTHCHECK.*(?![^]*HEALTHCHECK)/, "", /scoring: it has no HEALTHCHECK/],
  [
    "a health check by curl",
    /HEALTHCHECK.*(?![^]*HEALTHCHECK)/,
    "HEALTHCHECK CMD curl -f localhost",
    /through a shell/,
  ],
  ["an entry through a shell", /ENTRYPOINT .*(?![^]*ENTRYPOINT)/, "ENTRYPOINT node server.js", /through a shell/],
  ["no entry", /ENTRYPOINT .*(?![^]*ENTRYPOINT)/, "", /scoring: it has no ENTRYPOINT/],
  ["a command through a shell", 'CMD ["serve", "--host", "0.0.0.0"]', "CMD serve", /app: its CMD goes through a shell/],
  ["a file from the net", "COPY LICENSE ./", "ADD https://example.org/a ./", /ADD may fetch/],
  ["a download in a script", "RUN mkdir /out/data", "RUN curl -O https://example.org/a", /RUN fetches/],
  ["a source that is not there", "COPY LICENSE ./", "COPY LICENCE ./", /LICENCE: it is not there/],
  ["a source that is kept out", "COPY LICENSE ./", "COPY README.md ./", /README\.md: \.dockerignore keeps it out/],
  ["everything there is", "COPY LICENSE ./", "COPY . ./", /takes everything/],
  ["a stage that is not there", "--from=build /out/scoring", "--from=builder /out/scoring", /names no stage above/],
  ["a secret as an argument", 'ARG VERSION=""', "ARG NPM_TOKEN", /NPM_TOKEN looks like a secret/],
  ["a secret in the environment", "ODDRUN_DATA_DIR=/data", "ODDRUN_API_KEY=abc", /looks like a secret/],
  ["a server open to all", "ODDRUN_DATA_DIR=/data", "ODDRUN_AUTH=platform", /is for a deployment to set/],
  ["another port", "EXPOSE 8080", "EXPOSE 80", /EXPOSE is not 8080/],
  ["another port in the environment", "ODDRUN_PORT=8080 ", "ODDRUN_PORT=80 ", /ODDRUN_PORT is not 8080/],
  ["a base that is not recorded", 'base.digest="${NODE_DIGEST}"', 'base.digest=""', /not in a label/],
  ["a target that is not there", "AS scoring", "AS score", /there is no target scoring/],
  ["an instruction that is none", "WORKDIR /app", "WORKDIRS /app", /WORKDIRS/],
];

for (const [what, from, to, finding] of FAULTS)
  test(`planted and found: ${what}`, () => {
    const planted = text.replace(from, () => to);
    assert.notEqual(planted, text);
    const findings = dockerfileFindings(planted, context);
    assert.ok(
      findings.some((each) => finding.test(each)),
      findings.join("\n"),
    );
  });

test(".dockerignore lets the sources in, and neither results nor tests nor settings", () => {
  for (const path of ["package.json", "packages/core/src/index.ts", "scripts/bundle.ts"])
    assert.ok(!isIgnored(path), path);
  for (const path of [
    ".git/config",
    ".env",
    ".npmrc",
    "packages/oddrun/.env",
    "model/model.json",
    "pipeline_metrics.csv",
    "node_modules/zod/index.js",
    "packages/core/dist/index.js",
    "packages/core/src/version.test.ts",
    "scripts/soak.ts",
    "terraform/terraform.tfstate",
  ])
    assert.ok(isIgnored(path), path);
});

test("the health checks ask the routes of the contract, and the scoring image starts the server that scores alone", () => {
  const dockerfile = parseDockerfile(text);
  const check = (target: string) => lastStep(stageOf(dockerfile, target), "HEALTHCHECK")!.exec!.at(-1)!;
  assert.ok(check("scoring").includes(`'${SCORING_CONTRACT.readyPath}'`));
  assert.ok(check("app").includes(`'${SCORING_CONTRACT.livePath}'`));
  const entry = lastStep(stageOf(dockerfile, "scoring"), "ENTRYPOINT")!.exec!;
  assert.deepEqual(entry.slice(2), ["serve", "--scoring-only", "--host", "0.0.0.0"]);
});
