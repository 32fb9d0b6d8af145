import type { Reply } from "./http.ts";

/** What a container is asked. */
export interface ContainerRequest {
  readonly method: string;
  /** Path beneath the endpoint's host, with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** How long the front end waits. */
  readonly timeoutMs: number;
}

/** What runs behind a deployment. */
export interface Container {
  /** Null once it answers its probes, else what Azure would say. */
  readonly ready: Promise<string | null>;
  /** The container's answer; "timeout" when it took too long. */
  ask(request: ContainerRequest): Promise<Reply | "timeout">;
  logs(): string;
  stop(): void;
}

/** Files of the model behind a deployment, by their names. */
export type ModelFiles = ReadonlyMap<string, Buffer>;

/** A container's answers, worked out in the stand-in itself. */
export type CannedAnswer = (
  request: ContainerRequest,
  model: ModelFiles,
) => Reply | "timeout" | Promise<Reply | "timeout">;

/** Longer than ten minutes is odd: enough to tell answers apart, and no model. */
const ODD_DURATION_S = 600;

function usualAnswer({ body }: ContainerRequest): Reply {
  try {
    const { data } = JSON.parse(body.toString("utf8")) as { readonly data: readonly { readonly duration: number }[] };
    const predictions = data.map(({ duration }) => duration > ODD_DURATION_S);
    return { status: 200, body: { predictions, scores: predictions.map((isOdd) => (isOdd ? 0.9 : 0.1)) } };
  } catch {
    return { status: 400, body: { title: "The body is not a list of records." } };
  }
}

export function cannedContainer(answer: CannedAnswer = usualAnswer, model: ModelFiles = new Map()): Container {
  const lines: string[] = ["A canned container answers."];
  return {
    ready: Promise.resolve(null),
    ask: async (request) => {
      const reply = await answer(request, model);
      lines.push(`${request.method} ${request.path} ${reply === "timeout" ? reply : reply.status}`);
      return reply;
    },
    logs: () => `${lines.join("\n")}\n`,
    stop: () => undefined,
  };
}
