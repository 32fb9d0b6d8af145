import type { Logger } from "../../operations/ports.ts";
import { problem } from "../../operations/problems.ts";
import type { ReadMarks, SourceRun } from "../../operations/collect/run-source.ts";
import { appCredentials } from "./app-credential.ts";
import { findApp } from "./app-key.ts";
import { type ApiUrl, GITHUB_API_URL, readApiUrl } from "./api-url.ts";
import { exchanger, type SendOnce } from "./exchange.ts";
import { gate, type WaitNotice } from "./gate.ts";
import { type Credential, type Requests, requests } from "./requests.ts";
import { serverClock } from "./server-clock.ts";
import { findToken, markedTokenId, tokenCredential } from "./token.ts";
import { scaledWaits, type Waits } from "./waits.ts";
import { workflowNames } from "./workflow-names.ts";
import { writePace } from "./write-pace.ts";

export interface GithubOptions {
  /**
   * Where tokens and settings are: GITHUB_TOKEN, GH_TOKEN, else what `gh auth token` gives; a GitHub App, which goes first, in
   * ODDRUN_GITHUB_APP_ID, ODDRUN_GITHUB_APP_PRIVATE_KEY or ODDRUN_GITHUB_APP_PRIVATE_KEY_FILE, and ODDRUN_GITHUB_APP_INSTALLATION_ID
   * (else looked up by owner). ODDRUN_WAIT_SCALE shortens all waits, for tests.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** "https://api.github.com" when left out; a GitHub Enterprise Server's is "https://HOST/api/v3". */
  readonly apiUrl?: string;
  /** Where to remember what has been read, so that unchanged pages cost nothing; null asks for everything again. */
  readonly marks: ReadMarks | null;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Oddrun's version, for the User-Agent. */
  readonly version: string;
  readonly now: () => number;
  readonly onWait?: (notice: WaitNotice) => void;
  /** Requests that may be sent; one more throws the problem "github-requests-used-up". */
  readonly requestsMax?: number;
  readonly inFlightMax?: number;
  /** The longest wait for a rate limit; a longer one throws "github-limit-too-long". */
  readonly waitLongestMs?: number;
  readonly random?: () => number;
  /** How long one request may take, in real milliseconds; 30 s when left out. */
  readonly requestTimeoutMs?: number;
}

/** A way to ask one GitHub, shared by all that is asked of it: one allowance, one clock, one count. */
export interface GithubConnection {
  readonly api: ApiUrl;
  readonly requests: Requests;
  readonly credentialFor: (owner: string) => Credential;
  readonly isApp: boolean;
  readonly marks: ReadMarks | null;
  /** null when no marks are kept for this credential. */
  readonly markedTokenId: string | null;
  readonly nameWorkflow: (run: SourceRun) => SourceRun;
  /** Sends a request once, outside the API's limits: for what lies on another server. */
  readonly sendOnce: SendOnce;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly waits: Waits;
}

const IN_FLIGHT_MAX = 4;
const WAIT_LONGEST_MS = 65 * 60_000;

/** Reads the settings and says what is wrong with them; asks nothing yet. */
export async function connectToGithub(options: GithubOptions): Promise<GithubConnection> {
  const { env, signal, log } = options;
  const api = readApiUrl(options.apiUrl ?? GITHUB_API_URL);
  const app = await findApp(env);
  const token = app === null ? await findToken(env, api.webHost) : null;
  if (app === null && token === null) throw problem("github-token-missing", api.webHost);

  const waits = scaledWaits(env["ODDRUN_WAIT_SCALE"], signal);
  const clock = serverClock(options.now, waits.elapsedMs);
  const onWait = options.onWait ?? (() => {});
  const userAgent = `oddrun/${options.version}`;
  const sendOnce = exchanger({ api, userAgent, timeoutMs: options.requestTimeoutMs ?? waits.requestTimeoutMs, signal });
  const asked = requests({
    api,
    sendOnce,
    gate: gate({
      waits,
      now: options.now,
      inFlightMax: options.inFlightMax ?? IN_FLIGHT_MAX,
      waitLongestMs: options.waitLongestMs ?? WAIT_LONGEST_MS,
      onWait,
    }),
    writes: writePace({ waits, waitLongestMs: options.waitLongestMs ?? WAIT_LONGEST_MS }),
    waits,
    clock,
    log,
    requestsMax: options.requestsMax ?? Number.POSITIVE_INFINITY,
    random: options.random ?? Math.random,
    onRetry: (waitMs, why) => onWait({ reason: "retry", untilMs: options.now() + waitMs, why }),
  });
  const ofToken = token === null ? null : tokenCredential(token);
  const ofApp = app === null ? null : appCredentials({ app, requests: asked, clock, waits });
  return {
    api,
    requests: asked,
    credentialFor: (owner) => ofToken ?? ofApp!(owner),
    isApp: app !== null,
    marks: options.marks,
    markedTokenId: token === null ? null : markedTokenId(token),
    nameWorkflow: workflowNames(),
    sendOnce,
    signal,
    log,
    waits,
  };
}
