import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answer, type Parts } from "./answer.ts";
import { makeCertificates } from "./certificates.ts";
import type { Container } from "./containers.ts";
import type { Failure } from "./endpoint-state.ts";
import { createFaults, type Plant } from "./faults.ts";
import { certificateHosts } from "./hosts.ts";
import { useInProcess } from "./in-process.ts";
import { type Names, USUAL_NAMES } from "./names.ts";
import { startProxy } from "./proxy.ts";
import type { LoggedRequest } from "./request-log.ts";
import { githubOidcEnv } from "./services/github-oidc.ts";
import { type ContainerKind, startContainer } from "./start-container.ts";
import { createWorld, type World } from "./world.ts";

export interface AzureStandInOptions {
  /** Names of what there is; see `USUAL_NAMES`. */
  readonly names?: Partial<Names>;
  /** Port of the proxy; 0, the usual, for any free one. */
  readonly port?: number;
  /** How long access tokens are good (3600). */
  readonly tokenLifetimeS?: number;
  /** Items of one page of a list (100). */
  readonly pageSize?: number;
  /** Subjects of the application's federated credentials, for sign-in by GitHub's token. */
  readonly federatedSubjects?: readonly string[];
  /** Actions the caller may not do; "Microsoft.Storage/*" takes all that begin so. */
  readonly denied?: readonly string[];
  /** What stands behind a deployment: the scoring server itself ("processes", the usual), or quick answers worked out here. */
  readonly containers?: ContainerKind;
  /** So many looks at a long operation find it in progress before it may end (1). */
  readonly operationPolls?: number;
  /** Told of each request when its answer is sent or its connection cut. */
  readonly onRequest?: (request: LoggedRequest) => void;
  /** A real server for the storage account's blobs instead of the one in here: https, on this machine. */
  readonly blob?: { readonly host: string; readonly port: number };
  /** What the services take for the time, milliseconds since 1970 UTC; real time when not given. */
  readonly now?: () => number;
}

export interface AzureStandIn {
  /** For child processes, over what they have: proxy, trust, sign-in by secret, and the workspace's name. */
  readonly env: Readonly<Record<string, string>>;
  /** The same without the secret, signed in as a job of GitHub Actions with this subject. */
  githubOidcEnv(plan: { readonly subject: string }): Readonly<Record<string, string>>;
  readonly caPem: string;
  readonly proxyUrl: string;
  readonly names: Names;
  /** Oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** Hosts asked for that are none of ours. */
  readonly refusedHosts: readonly string[];
  /** What the services keep; to look at, and to arrange before a test. */
  readonly state: World;
  /** Makes this process a client; answers how to undo it. */
  useInProcess(env?: Readonly<Record<string, string>>): () => void;
  /** Answers how to take the fault away again. */
  plant(plant: Plant): () => void;
  /** Takes an action from the caller; answers how to give it back. */
  deny(action: string): () => void;
  /** How deployments asked for next will fail, one each; "none" lets one pass. */
  failDeployments(...failures: readonly (Failure | "none")[]): void;
  addSecret(name: string, value: string): void;
  clearRequests(): void;
  close(): Promise<void>;
}

const SIGN_IN_VARIABLES = ["AZURE_CLIENT_SECRET", "AZURE_TOKEN_CREDENTIALS"];

function environment(names: Names, proxyUrl: string, caFile: string): Readonly<Record<string, string>> {
  return {
    HTTPS_PROXY: proxyUrl,
    HTTP_PROXY: proxyUrl,
    NO_PROXY: "",
    NODE_EXTRA_CA_CERTS: caFile,
    AZURE_TENANT_ID: names.tenantId,
    AZURE_CLIENT_ID: names.clientId,
    AZURE_CLIENT_SECRET: names.clientSecret,
    // Keeps the credential chain from asking metadata addresses and command line tools.
    AZURE_TOKEN_CREDENTIALS: "EnvironmentCredential",
    AZURE_SUBSCRIPTION_ID: names.subscriptionId,
    AZURE_RESOURCE_GROUP: names.resourceGroup,
    AZURE_ML_WORKSPACE: names.workspace,
    ODDRUN_WAIT_SCALE: "0",
  };
}

/**
 * An Azure on loopback: the services Oddrun speaks with, under their real host names, behind a proxy with certificates of its own.
 * It is strict: unknown versions, fields and routes are refused, as are tokens of the wrong audience and steps in the wrong order.
 */
export async function startAzureStandIn(options: AzureStandInOptions = {}): Promise<AzureStandIn> {
  const names: Names = { ...USUAL_NAMES, ...options.names };
  const containers = new Set<Container>();
  const world = createWorld({
    names,
    now: options.now ?? Date.now,
    tokenLifetimeS: options.tokenLifetimeS ?? 3600,
    pageSize: options.pageSize ?? 100,
    operationPolls: options.operationPolls ?? 1,
    areBlobsOutside: options.blob !== undefined,
    startContainer(of, deployment, environment) {
      const container = startContainer(options.containers ?? "processes", of, deployment, environment);
      containers.add(container);
      return container;
    },
  });
  for (const subject of options.federatedSubjects ?? []) world.federatedSubjects.add(subject);
  for (const action of options.denied ?? []) world.denied.add(action);
  const certificates = await makeCertificates(certificateHosts(names.location));
  const folder = await mkdtemp(join(tmpdir(), "azure-stand-in-"));
  const caFile = join(folder, "ca.pem");
  await writeFile(caFile, certificates.caPem);
  const parts: Parts = {
    world,
    faults: createFaults(),
    log: [],
    onRequest: options.onRequest ?? (() => undefined),
    blobServer: options.blob ?? null,
  };
  const refusedHosts: string[] = [];
  const server = createServer({ cert: certificates.certPem, key: certificates.keyPem, keepAliveTimeout: 30_000 });
  server.on("request", (request, response) => {
    answer(parts, request, response).catch((error: unknown) => {
      process.stderr.write(`The stand-in failed at ${request.method ?? ""} ${request.url ?? ""}: ${String(error)}\n`);
      response.destroy();
    });
  });
  const proxy = await startProxy(
    options.port ?? 0,
    (socket) => server.emit("connection", socket),
    (host) => refusedHosts.push(host),
  );
  const env = environment(names, proxy.url, caFile);

  return {
    env,
    githubOidcEnv({ subject }) {
      const shared = Object.entries(env).filter(([name]) => !SIGN_IN_VARIABLES.includes(name));
      return { ...Object.fromEntries(shared), ...githubOidcEnv(subject) };
    },
    caPem: certificates.caPem,
    proxyUrl: proxy.url,
    names,
    requests: parts.log,
    refusedHosts,
    state: world,
    useInProcess: (own = env) => useInProcess(own, certificates.caPem),
    plant: (plant) => parts.faults.plant(plant),
    deny(action) {
      world.denied.add(action);
      return () => void world.denied.delete(action);
    },
    failDeployments: (...failures) => void world.failures.push(...failures),
    addSecret(name, value) {
      const versions = world.secrets.get(name) ?? [];
      const version = (versions.length + 1).toString(16).padStart(32, "0");
      world.secrets.set(name, [...versions, { version, value, isEnabled: true, createdAtMs: world.now() }]);
    },
    clearRequests: () => void parts.log.splice(0),
    async close() {
      for (const container of containers) container.stop();
      await proxy.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
