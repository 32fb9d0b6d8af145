import type { Commands } from "./run-command-line.ts";

/** Each command's module, loaded only when the command or the help is asked for. */
export const COMMANDS: Commands = {
  train: async () => (await import("./commands/train.ts")).trainCommand,
  sample: async () => (await import("./commands/sample.ts")).sampleCommand,
  score: async () => (await import("./commands/score.ts")).scoreCommand,
  serve: async () => (await import("./commands/serve.ts")).serveCommand,
  models: async () => (await import("./commands/models.ts")).modelsCommand,
};
