import { join } from "node:path";
import { type Decision, INCIDENT_STATES, incidentNumber, type IncidentState } from "@oddrun/core";
import type { Store } from "../../adapters/store/index.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput, CommandSpec } from "../command.ts";
import { repositoryOption, wholeNumber } from "../options.ts";
import { sinceOption, TIME_FORMS, untilOption } from "../time-option.ts";

type Action = (input: CommandInput, context: CommandContext, store: Store) => Promise<number>;

const DECISIONS: Readonly<Record<string, Decision>> = {
  ack: "acknowledged",
  mute: "muted",
  accept: "accepted",
  reject: "rejected",
  reopen: "reopened",
};
const LIST_OPTIONS = ["repo", "workflow", "state", "since", "limit"];
const DECISION_OPTIONS = ["note", "by"];
const NOTE_CHARS_MAX = 2000;

/** `oddrun incidents`: what changed, one line for each cause, and what people say of it. */
export const incidentsCommand: CommandSpec = {
  name: "incidents",
  summary: "List incidents, show one, or say of one: ack, mute, accept, reject, reopen",
  args: [
    { name: "action", description: "What to do: list, show, ack, mute, accept, reject or reopen", required: true },
    { name: "incident", description: "Which one, such as INC-7", required: false },
  ],
  options: [
    { name: "repo", value: "OWNER/NAME", description: "List: only of this repository" },
    { name: "workflow", value: "NAME", description: "List: only of this workflow, by name or file" },
    {
      name: "state",
      value: "STATES",
      description: `List: "open", "over", "all", or any of ${INCIDENT_STATES.join(", ")}, with commas between`,
      defaultText: "open",
    },
    { name: "since", value: "WHEN", description: `List: not over before then: ${TIME_FORMS}` },
    { name: "limit", value: "COUNT", description: "List: at most this many", defaultText: "50" },
    {
      name: "until",
      value: "WHEN",
      description: "Mute: until then: a span such as 12h, 30d or 8w from now, a day, or an instant",
    },
    { name: "note", value: "TEXT", description: "Why: kept in the history" },
    { name: "by", value: "NAME", description: "Who says so", defaultText: "GITHUB_ACTOR, USER or USERNAME" },
    { name: "json", description: "Print as JSON" },
  ],
  async run(input, context) {
    const [action = "", name] = input.args;
    const isKnown = action === "list" || action === "show" || Object.hasOwn(DECISIONS, action);
    if (!isKnown || (action === "list") !== (name === undefined)) {
      throw problem(
        "bad-usage",
        `"oddrun incidents list" lists them, "show INC-7" shows one; "ack", "mute --until WHEN", "accept", "reject" and "reopen" say something of one.`,
      );
    }
    refuseOptions(input, action);
    const run: Action = action === "list" ? list : action === "show" ? show : decide;
    const { openStore } = await import("../../adapters/store/index.ts");
    const isReading = action === "list" || action === "show";
    const store = await openStore(
      join(context.dataDir, "oddrun.db"),
      isReading ? { readOnly: true } : { create: false },
    );
    try {
      return await run(input, context, store);
    } finally {
      await store.close();
    }
  },
};

/** An option that would be read by nobody was meant for something else. */
function refuseOptions(input: CommandInput, action: string): void {
  const refuse = (names: readonly string[], where: string) => {
    const misplaced = names.find((name) => input.isSet(name));
    if (misplaced !== undefined) throw problem("bad-usage", `--${misplaced} goes with "oddrun incidents ${where}".`);
  };
  if (action !== "list") refuse(LIST_OPTIONS, "list");
  if (action !== "mute") refuse(["until"], "mute INC-7");
  if (action === "list" || action === "show") refuse(DECISION_OPTIONS, "ack INC-7");
}

const list: Action = async (input, context, store) => {
  const repository = repositoryOption(input);
  const workflow = input.text("workflow");
  const sinceMs = sinceOption(input, "since", context.now());
  const states = statesOption(input);
  const limit = wholeNumber(input, "limit", { min: 1, max: 1_000_000, otherwise: 50 });
  const filter = {
    states,
    ...(repository === undefined ? {} : { repository }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
  const { namesIn } = await import("../../operations/incidents/incidents-names.ts");
  const found = await store.incidents(filter, context.now());
  if (found.length === 0) await refuseUnknownNames(store, repository, workflow, context.dataDir);
  const shown = found.slice(0, limit);
  const names = await namesIn(store, shown);
  if (input.isSet("json")) {
    const { jsonText } = await import("../json-text.ts");
    const { incidentJson } = await import("../../operations/incidents/incidents-json.ts");
    const incidents = shown.map((incident) => incidentJson(incident, names));
    context.stdout.write(jsonText({ incident_count: found.length, incidents }));
    return 0;
  }
  if (shown.length === 0) {
    const all = await store.countIncidents();
    const rest = all === 0 ? `"oddrun detect" looks for changes.` : `--state all lists all ${all}.`;
    context.stdout.write(`No ${input.isSet("state") ? "such" : "open"} incidents. ${rest}\n`);
    return 0;
  }
  const { columns } = await import("../text-table.ts");
  const { incidentRows } = await import("../../operations/incidents/incidents-text.ts");
  const lines = [...columns(incidentRows(shown, names))];
  if (found.length > shown.length) lines.push("", `The newest ${shown.length} of ${found.length}; --limit shows more.`);
  lines.push(
    "",
    `"oddrun incidents show INC-${shown[0]!.number}" shows one; "oddrun explain" says where its minutes go.`,
  );
  context.stdout.write(`${lines.join("\n")}\n`);
  return 0;
};

const OVER: readonly IncidentState[] = ["recovered", "accepted", "rejected", "withdrawn", "merged"];

function statesOption(input: CommandInput): readonly IncidentState[] {
  const text = input.text("state") ?? "open";
  if (text === "all") return INCIDENT_STATES;
  if (text === "over") return OVER;
  if (text === "open") return INCIDENT_STATES.filter((state) => !OVER.includes(state));
  return text.split(",").map((word) => {
    const state = INCIDENT_STATES.find((known) => known === word.trim());
    if (state !== undefined) return state;
    throw problem(
      "bad-usage",
      `--state takes open, over, all, or any of ${INCIDENT_STATES.join(", ")}, not "${printable(word)}".`,
    );
  });
}

/** A misspelt name must not look like a repository in which all is well. */
async function refuseUnknownNames(
  store: Store,
  repository: string | undefined,
  workflow: string | undefined,
  place: string,
): Promise<void> {
  if (repository === undefined && workflow === undefined) return;
  const asked = {
    ...(repository === undefined ? {} : { repository }),
    ...(workflow === undefined ? {} : { workflow }),
  };
  if ((await store.countRuns(asked)) === 0) throw problem("no-such-runs", Object.values(asked).join(", "), place);
}

const show: Action = async (input, context, store) => {
  const number = numberOf(input.args[1]!);
  const incident = await store.incident(number, context.now());
  if (incident === null) {
    const { incidentNotFound } = await import("../../operations/incidents/incidents-decide.ts");
    throw await incidentNotFound(store, number);
  }
  await print(incident, input, context, store);
  return 0;
};

const decide: Action = async (input, context, store) => {
  const [action = "", name = ""] = input.args;
  const number = numberOf(name);
  const untilMs = action === "mute" ? untilOption(input, "until", context.now()) : null;
  if (untilMs === undefined) throw problem("bad-usage", "mute needs --until, such as --until 2w.");
  const note = input.text("note") ?? null;
  if (note !== null && note.length > NOTE_CHARS_MAX) {
    throw problem("bad-usage", `--note has ${note.length} characters; at most ${NOTE_CHARS_MAX} are kept.`);
  }
  const { decideIncident } = await import("../../operations/incidents/incidents-decide.ts");
  const made = { decision: DECISIONS[action]!, who: whoSays(input, context.env), note, untilMs, nowMs: context.now() };
  const incident = await decideIncident(store, number, made);
  await print(incident, input, context, store);
  return 0;
};

/** The name of the program itself would not tell who it was. */
function whoSays(input: CommandInput, env: CommandContext["env"]): string {
  const name = input.text("by") ?? (env["GITHUB_ACTOR"] || env["USER"] || env["USERNAME"] || "somebody");
  const shown = printable(name.trim(), 80);
  if (shown === "" || shown === "oddrun")
    throw problem("bad-usage", `--by is "${shown}"; the name of a person is needed.`);
  return shown;
}

function numberOf(text: string): number {
  const number = incidentNumber(text);
  if (number !== null) return number;
  throw problem(
    "bad-usage",
    `"${printable(text)}" is no incident. One is called INC-7; "oddrun incidents list" lists them.`,
  );
}

async function print(
  incident: NonNullable<Awaited<ReturnType<Store["incident"]>>>,
  input: CommandInput,
  context: CommandContext,
  store: Store,
): Promise<void> {
  const { namesIn } = await import("../../operations/incidents/incidents-names.ts");
  const names = await namesIn(store, [incident]);
  if (input.isSet("json")) {
    const { jsonText } = await import("../json-text.ts");
    const { incidentJson } = await import("../../operations/incidents/incidents-json.ts");
    context.stdout.write(jsonText(incidentJson(incident, names)));
    return;
  }
  const { incidentText } = await import("../../operations/incidents/incidents-text.ts");
  context.stdout.write(incidentText(incident, names));
}
