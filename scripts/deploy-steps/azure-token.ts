import { azureCredential } from "../../packages/azure/src/credential.ts";
import { printable } from "../../packages/oddrun/src/operations/text/visible-text.ts";

/** Asks Azure for a token of this scope: in Actions with the job's own identity, without a stored secret. */
export type GetToken = (scope: string) => Promise<string>;

export function azureTokens(env: NodeJS.ProcessEnv): GetToken {
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  const silent = () => {};
  const credential = azureCredential({
    env,
    now: Date.now,
    log: { debug: silent, info: silent, warn: tell, error: tell },
    signal: new AbortController().signal,
    progress: tell,
  });
  return async (scope) => {
    const token = await credential.getToken(scope);
    if (token === null) throw new Error(`Azure gave no token for ${scope}.`);
    return token.token;
  };
}

/** The value of a variable that the workflow must set. */
export function needed(env: NodeJS.ProcessEnv, name: string, rule: RegExp): string {
  const value = env[name] ?? "";
  if (!rule.test(value)) throw new Error(`${name} is not set, or is not what it should be (${rule.source}).`);
  return value;
}

/** `fetch`, whose failures name the host and what went wrong below it. */
export async function ask(url: string, init: RequestInit, send: typeof fetch): Promise<Response> {
  try {
    return await send(url, { ...init, redirect: "error" });
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
    throw new Error(`${new URL(url).host} gave no answer (${why}). Start the job again.`, { cause: error });
  }
}

/** Runs a step's function; what goes wrong is one line, without a stack: a second one could be a command to the runner. */
export async function asStep(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`::error::${printable(error instanceof Error ? error.message : String(error), 1000)}\n`);
    process.exitCode = 1;
  }
}
