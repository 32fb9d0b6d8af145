import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  CORPUS_SIZES,
  type CorpusSize,
  FAULTS,
  type FaultName,
  generateCorpus,
  startGitHubStandIn,
  USUAL_LIMITS,
  USUAL_SECONDARY,
} from "./github-stand-in/index.ts";

const HELP = `A GitHub to try Oddrun with: a server on this machine, with an organisation's history of runs and no account.

  npm run github-stand-in -- [--port N] [--seed N] [--size small|single|full] [--faults NAME,NAME] [--ghes]
                             [--limit REQUESTS_AN_HOUR] [--log FILE] [--app-key FILE]

  --size     small: 8 repositories and 2,000 runs (the usual); single: one with 10,000; full: 60 with 120,000;
             two of the 8 or 60 are another's: other-org/moved-here and octo-dev/dotfiles
  --faults   ${Object.keys(FAULTS).join(", ")}
  --ghes     as GitHub Enterprise Server: everything under /api/v3, no limits
  --limit    requests an hour that the token may make (5000)
  --log      writes each request as a line of JSON
  --app-key  writes the private key of the stand-in's GitHub App

ODDRUN_WAIT_SCALE, set for the stand-in and for Oddrun alike, makes an hour of the rate limit as short as wanted: 0.001 is 3.6 seconds.
`;

function usage(message: string): never {
  process.stderr.write(`${message}\n\n${HELP}`);
  process.exit(2);
}

function wholeNumber(text: string, flag: string): number {
  if (!/^\d{1,15}$/.test(text)) usage(`--${flag} takes a whole number; it got "${text}".`);
  return Number(text);
}

function readFlags() {
  try {
    return parseArgs({
      options: {
        port: { type: "string", default: "0" },
        seed: { type: "string", default: "1" },
        size: { type: "string", default: "small" },
        faults: { type: "string", default: "" },
        limit: { type: "string", default: "5000" },
        log: { type: "string" },
        "app-key": { type: "string" },
        ghes: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

const flags = readFlags();
if (flags.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const size = CORPUS_SIZES.find((known) => known === flags.size) ?? usage(`There is no size "${flags.size}".`);
const faults = flags.faults.split(",").filter(Boolean);
for (const name of faults) if (!Object.hasOwn(FAULTS, name)) usage(`There is no fault "${name}".`);

const nowMs = Math.floor(Date.now() / 1000) * 1000;
const standIn = await startGitHubStandIn({
  corpus: generateCorpus({ seed: wholeNumber(flags.seed, "seed"), size: size satisfies CorpusSize, nowMs }),
  nowMs,
  port: wholeNumber(flags.port, "port"),
  waitScale: Number(process.env["ODDRUN_WAIT_SCALE"] ?? 1),
  ghes: flags.ghes,
  faults: faults as FaultName[],
  logFile: flags.log ?? null,
  ...(flags.ghes
    ? {}
    : {
        limits: {
          primary: { ...USUAL_LIMITS.primary!, limit: wholeNumber(flags.limit, "limit") },
          secondary: USUAL_SECONDARY,
        },
      }),
});
if (flags["app-key"] !== undefined) writeFileSync(flags["app-key"], standIn.app.privateKey, { mode: 0o600 });

const named = size === "single" ? "octo-org/app" : "octo-org";
process.stdout.write(`A stand-in for GitHub listens on ${standIn.url}. Try, in another terminal:

  GITHUB_TOKEN=${standIn.token} npx oddrun collect ${named} --api-url ${standIn.url}

Ctrl-C ends it.
`);
// What is open ends as time goes by.
setInterval(() => standIn.advance(0), 10_000).unref();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    standIn.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
