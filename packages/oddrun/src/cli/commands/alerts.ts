import { problem } from "../../operations/problems.ts";
import type { CommandContext, CommandInput, CommandSpec } from "../command.ts";
import { PRICE_OPTIONS } from "../price-table.ts";

type Action = (input: CommandInput, context: CommandContext) => Promise<number>;

const ACTIONS: Readonly<Record<string, { readonly run: () => Promise<Action>; readonly options: readonly string[] }>> =
  {
    preview: {
      run: async () => (await import("./alerts-preview.ts")).previewAction,
      options: ["days", "show", "prices", "visibility"],
    },
    test: { run: async () => (await import("./alerts-test.ts")).testAction, options: ["channel"] },
    send: {
      run: async () => (await import("./alerts-send.ts")).sendAction,
      options: ["repo", "api-url", "prices", "visibility"],
    },
    list: { run: async () => (await import("./alerts-list.ts")).listAction, options: [] },
  };
const OWN = [...new Set(Object.values(ACTIONS).flatMap(({ options }) => options))];

/** `oddrun alerts`: what messages would be sent, whether they arrive, and what was said. */
export const alertsCommand: CommandSpec = {
  name: "alerts",
  summary: "Preview alerts, test every channel, send what is due, list what was said",
  args: [{ name: "action", description: "What to do: preview, test, send or list", required: true }],
  options: [
    {
      name: "config",
      value: "FILE",
      description: "The settings",
      defaultText: "oddrun.yaml, else .github/oddrun.yaml",
    },
    { name: "days", value: "COUNT", description: "Preview: so many days back", defaultText: "90" },
    { name: "show", value: "NUMBER", description: "Preview: print this message in full, as each channel would get it" },
    { name: "channel", value: "NAME", description: "Test: only this channel" },
    { name: "repo", value: "OWNER/NAME", description: "Send: whose issues get what is about no one repository" },
    {
      name: "api-url",
      value: "URL",
      description: "Send: the API of GitHub",
      defaultText: "GITHUB_API_URL, else GitHub's own",
    },
    ...PRICE_OPTIONS,
    { name: "json", description: "Print as JSON" },
  ],
  async run(input, context) {
    const [action = ""] = input.args;
    const known = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (known === undefined) {
      const what =
        '"oddrun alerts preview" shows what would have been sent, "test" sends a test to every channel, "send" makes one pass over the alerts, "list" tells what was said.';
      throw problem("bad-usage", what);
    }
    const stray = OWN.find((option) => input.isSet(option) && !known.options.includes(option));
    if (stray !== undefined) {
      const owner = Object.entries(ACTIONS).find(([, { options }]) => options.includes(stray))![0];
      throw problem("bad-usage", `--${stray} goes with "oddrun alerts ${owner}".`);
    }
    const run = await known.run();
    return run(input, context);
  },
};
