import { GITHUB_PRICES } from "@oddrun/core";
import { githubEvidence } from "oddrun/internal/adapters/github/evidence";
import { githubIssueChannel, githubIssueMirror } from "oddrun/internal/adapters/github-issues/index";
import { channelsOf } from "oddrun/internal/adapters/notifications/channels-of";
import type { Store } from "oddrun/internal/adapters/store/index";
import { alertComposer } from "oddrun/internal/operations/alerts/alert-composer";
import { alertRoutes } from "oddrun/internal/operations/alerts/alert-routes";
import type { AlertsPass } from "oddrun/internal/operations/alerts/alerts-pass";
import { runAlerts } from "oddrun/internal/operations/alerts/run-alerts";
import { printable } from "oddrun/internal/operations/text/visible-text";
import type { SaidLine } from "oddrun/internal/operations/summary/watch-report";
import { Problem, type Settings } from "oddrun/ports";
import type { Session } from "../session.ts";
import { VERSION } from "../version.ts";
import type { PassStart } from "./pass.ts";

/**
 * Says what is due, through the channels of the settings. Null when GitHub could not be asked what was said before: then nothing is said,
 * and the next run goes on.
 */
export async function tellAlerts(
  session: Session,
  store: Store,
  { settings, watchedAtMs }: PassStart,
): Promise<AlertsPass | null> {
  const { world, connection, repository, commands, dataDir, log } = session;
  const { env, signal, now } = world;
  const channels = channelsOf(settings, {
    env,
    signal,
    now,
    version: VERSION,
    issues: (name, { labels, assignees }) =>
      githubIssueChannel({ name, labels, assignees, connection, homeRepository: repository }),
  });
  const hasIssues = channels.some(({ kind }) => kind === "github-issue");
  try {
    const files = githubEvidence(connection);
    const route = await alertRoutes(settings, await store.repositories(), (...file) => files.fileAt(...file));
    const pass = await runAlerts(
      {
        store,
        mirror: hasIssues ? githubIssueMirror({ connection }) : null,
        channels,
        compose: alertComposer(store, {
          privacy: settings.privacy,
          prices: GITHUB_PRICES,
          otherwiseVisibility: null,
        }),
        route,
        log,
        now,
        isByHand: session.event.name === "workflow_dispatch" || session.context.runAttempt > 1,
        signal,
        progress: () => {},
      },
      { place: dataDir, settings, watchedBeforeMs: watchedAtMs },
    );
    for (const why of refusals(pass)) commands.annotate("warning", why, { title: "Oddrun" });
    return pass;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const why = `Nothing was said in this run, and the next one goes on: ${error.message}`;
    commands.annotate("warning", why, { title: "Oddrun" });
    return null;
  }
}

/** A sentence for each channel that a person has to mend. */
function refusals({ unsaid }: AlertsPass): readonly string[] {
  const refused = unsaid.filter(({ state }) => state === "refused");
  const byChannel = new Map(refused.map((one) => [one.channel, one]));
  return [...byChannel.values()].map(({ channel, why }) => {
    const count = refused.filter((one) => one.channel === channel).length;
    const what = count === 1 ? "a message" : `${count} messages`;
    return `The channel "${printable(channel)}" refused ${what}: ${printable(why, 400)} It is tried again once a day, and at once when you start or re-run this workflow.`;
  });
}

const OUTCOMES = { waits: "later", refused: "refused", "given-up": "refused" } as const;

/** What came of each message, for the summary. */
export function saidLines({ said, unsaid }: AlertsPass): readonly SaidLine[] {
  return [
    ...said.map(({ word, title, channel }) => ({ word, title, channel, outcome: "delivered" as const, why: null })),
    ...unsaid.map(({ word, title, channel, state, why }) => ({ word, title, channel, outcome: OUTCOMES[state], why })),
  ];
}

/** Whether a pass over the alerts left something that the next one has to know; one that broke off may have spoken before. */
export const hasSpoken = (alerts: AlertsPass | null): boolean =>
  alerts === null || alerts.isFirst || alerts.said.length + alerts.unsaid.length + alerts.orders.length > 0;

/** The addresses of the issues about incidents, by number: as the channel of issues told them, or as they were read back. */
export async function issueUrls(
  { context, repository }: Session,
  store: Store,
  { channels }: Settings,
): Promise<ReadonlyMap<number, string>> {
  const { threads, alerts } = await store.storedAlerts();
  const found = new Map<number, string>();
  const take = (incidentNumber: number | null | undefined, receipt: string | null): void => {
    if (incidentNumber === null || incidentNumber === undefined || !/^\d{1,16}$/.test(receipt ?? "")) return;
    found.set(incidentNumber, `${context.serverUrl}/${repository}/issues/${receipt}`);
  };
  for (const { incidentNumber, receipt } of threads) take(incidentNumber, receipt);
  for (const { word, incidentNumbers, deliveries } of alerts) {
    if (word === "digest" || word === "storm") continue;
    const ofIssues = deliveries.filter(({ channel }) => channels[channel]?.kind === "github-issue");
    for (const { receipt } of ofIssues) take(incidentNumbers[0], receipt);
  }
  return found;
}
