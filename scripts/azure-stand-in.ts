import { parseArgs } from "node:util";
import { startAzureStandIn } from "./azure-stand-in/index.ts";

const HELP = `An Azure to try Oddrun with: a proxy on this machine, with a subscription that is none and costs nothing.

  npm run azure-stand-in -- [--port N] [--canned] [--github SUBJECT] [--log]

  --port     of the proxy (any free one)
  --canned   deployments answer quickly and by rule, with no scoring server behind them
  --github   sign in as a job of GitHub Actions with this subject, such as repo:octo-org/app:environment:production, and no secret
  --log      says each request as it comes
`;

function usage(message: string): never {
  process.stderr.write(`${message}\n\n${HELP}`);
  process.exit(2);
}

function readFlags() {
  try {
    return parseArgs({
      options: {
        port: { type: "string", default: "0" },
        canned: { type: "boolean", default: false },
        github: { type: "string" },
        log: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return usage((error as Error).message);
  }
}

const flags = readFlags();
if (flags.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (!/^\d{1,5}$/.test(flags.port) || Number(flags.port) > 65_535) {
  usage(`--port takes a whole number up to 65535; it got "${flags.port}".`);
}
const { github } = flags;
const standIn = await startAzureStandIn({
  port: Number(flags.port),
  containers: flags.canned ? "canned" : "processes",
  federatedSubjects: github === undefined ? [] : [github],
  ...(flags.log
    ? { onRequest: ({ step, method, host, status }) => console.log(`${status ?? "cut"} ${step}: ${method} ${host}`) }
    : {}),
}).catch((error: NodeJS.ErrnoException) => {
  if (error.code === "EADDRINUSE") return usage(`Port ${flags.port} is taken: choose another, or leave --port out.`);
  throw error;
});
standIn.addSecret("oddrun-api-key", "stand-in~key~of~nobody");

const quoted = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`;
const env = github === undefined ? standIn.env : standIn.githubOidcEnv({ subject: github });
const settings = {
  ...env,
  // no image is looked at here: any digest will do
  ODDRUN_SCORING_IMAGE: `${standIn.names.registry}.azurecr.io/oddrun-scoring@sha256:${"5ca1ab1e".repeat(8)}`,
  // what Python's requests reads in place of NODE_EXTRA_CA_CERTS
  REQUESTS_CA_BUNDLE: env["NODE_EXTRA_CA_CERTS"] ?? "",
};
const lines = Object.entries(settings).map(([name, value]) => `export ${name}=${quoted(value)}`);
process.stdout.write(`A stand-in for Azure listens behind the proxy ${standIn.proxyUrl}. In another terminal, of its own, since
these settings send every request of that shell here and are of no use once this has ended:

${lines.join("\n")}

Then try:

  npx oddrun doctor
  npx oddrun train --register azureml
  npx oddrun models list --registry azureml
  npx oddrun deploy azureml --yes

A vault is at https://${standIn.names.vault}.vault.azure.net/ with the secret oddrun-api-key. Ctrl-C ends it.
`);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    standIn.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
