import type { Commands } from "./run-command-line.ts";

/** Each command's module, loaded only when the command or the help is asked for. */
export const COMMANDS: Commands = {
  train: async () => (await import("./commands/train.ts")).trainCommand,
  score: async () => (await import("./commands/score.ts")).scoreCommand,
  serve: async () => (await import("./commands/serve.ts")).serveCommand,
  collect: async () => (await import("./commands/collect.ts")).collectCommand,
  import: async () => (await import("./commands/import.ts")).importCommand,
  export: async () => (await import("./commands/export.ts")).exportCommand,
  detect: async () => (await import("./commands/detect.ts")).detectCommand,
  replay: async () => (await import("./commands/replay.ts")).replayCommand,
  report: async () => (await import("./commands/report.ts")).reportCommand,
  incidents: async () => (await import("./commands/incidents.ts")).incidentsCommand,
  usage: async () => (await import("./commands/usage.ts")).usageCommand,
  explain: async () => (await import("./commands/explain.ts")).explainCommand,
  check: async () => (await import("./commands/check.ts")).checkCommand,
  evidence: async () => (await import("./commands/evidence.ts")).evidenceCommand,
  metric: async () => (await import("./commands/metric.ts")).metricCommand,
  models: async () => (await import("./commands/models.ts")).modelsCommand,
  deploy: async () => (await import("./commands/deploy.ts")).deployCommand,
  alerts: async () => (await import("./commands/alerts.ts")).alertsCommand,
  init: async () => (await import("./commands/init.ts")).initCommand,
  config: async () => (await import("./commands/config.ts")).configCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  sample: async () => (await import("./commands/sample.ts")).sampleCommand,
  demo: async () => (await import("./commands/demo.ts")).demoCommand,
};
