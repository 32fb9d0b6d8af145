import type { ChannelSettings, RouteSettings, Settings } from "./settings.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import type { SettingsFile } from "./settings-form.ts";
import { nearestWord } from "./nearest-word.ts";
import { listed, type Report } from "./shape.ts";

type ChannelOfFile = NonNullable<NonNullable<SettingsFile["channels"]>[string]>;

/** What a file sets, and what is usual for the rest. Names that lead nowhere are reported. */
export function settingsFrom(file: SettingsFile, report: Report): Settings {
  const { alerts = {}, watch = {}, privacy = {} } = file;
  const usual = DEFAULT_SETTINGS;
  const channels = channelsFrom(file.channels ?? {}, report);
  return {
    alerts: {
      budget: {
        repositoryAWeek: alerts.pushes ?? usual.alerts.budget.repositoryAWeek,
        organisationAWeek: alerts["organisation-pushes"] ?? usual.alerts.budget.organisationAWeek,
      },
      remindAfterDays: orUsual(alerts["remind-after"], usual.alerts.remindAfterDays),
      digest: orUsual(alerts.digest, usual.alerts.digest),
      stormFrom: alerts["storm-from"] ?? usual.alerts.stormFrom,
      improvements: alerts.improvements ?? usual.alerts.improvements,
    },
    watch: {
      branches: watch.branches ?? usual.watch.branches,
      attempts: watch.attempts ?? usual.watch.attempts,
      workflows: watch.workflows ?? usual.watch.workflows,
      ignoreWorkflows: watch["ignore-workflows"] ?? usual.watch.ignoreWorkflows,
    },
    channels,
    routes: routesFrom(file.routes ?? [], Object.keys(channels), report),
    privacy: {
      commitMessages: privacy["commit-messages"] ?? usual.privacy.commitMessages,
      authors: privacy.authors ?? usual.privacy.authors,
    },
  };
}

/** null is a value here: off. */
function orUsual<T>(value: T | null | undefined, usual: T | null): T | null {
  return value === undefined ? usual : value;
}

function channelsFrom(named: NonNullable<SettingsFile["channels"]>, report: Report): Settings["channels"] {
  const channels: Record<string, ChannelSettings> = {};
  for (const [name, channel] of Object.entries(named)) if (channel !== null) channels[name] = channelFrom(channel);
  const issueNames = Object.keys(channels).filter((name) => channels[name]!.kind === "github-issue");
  if (issueNames.length > 1)
    report({
      path: ["channels", issueNames[1]!],
      isOfKey: true,
      what: `is a second channel of the kind github-issue beside "${issueNames[0]}": an incident has one issue, so there is one such channel`,
    });
  const isUsualThere = issueNames.length === 0 && !Object.hasOwn(named, "issues");
  return isUsualThere ? { ...DEFAULT_SETTINGS.channels, ...channels } : channels;
}

function channelFrom({ is, values }: ChannelOfFile): ChannelSettings {
  if (is === "github-issue") {
    const usual = { labels: ["oddrun"], assignees: [] };
    return { kind: is, labels: values.labels ?? usual.labels, assignees: values.assignees ?? usual.assignees };
  }
  // what a channel must have is looked for where it is read; a file that is shown with its mistakes names no variable there
  const urlFrom = values["url-from"] ?? "";
  return is === "webhook" ? { kind: is, urlFrom, secretFrom: values["secret-from"] ?? "" } : { kind: is, urlFrom };
}

function routesFrom(
  routes: NonNullable<SettingsFile["routes"]>,
  channelNames: readonly string[],
  report: Report,
): readonly RouteSettings[] {
  return routes.map(({ repository, workflow, owner, to = [] }, at) => {
    for (const [place, name] of to.entries())
      if (!channelNames.includes(name)) {
        const meant = nearestWord(name, channelNames);
        const wayOut =
          meant === null ? `the channels are ${listed(channelNames) || "none"}` : `did you mean "${meant}"?`;
        report({
          path: ["routes", at, "to", place],
          isOfKey: false,
          what: `names a channel that there is not: ${wayOut}`,
        });
      }
    return {
      to,
      ...(repository === undefined ? {} : { repository }),
      ...(workflow === undefined ? {} : { workflow }),
      ...(owner === undefined ? {} : { owner }),
    };
  });
}
