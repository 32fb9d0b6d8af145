import type { AlertChannel } from "./alert-channel.ts";
import type { AlertMirror, SaidAlert } from "./alert-mirror.ts";
import type { AlertStore, StoredAlert } from "./alert-store.ts";
import type { RunStore } from "../ports.ts";

/**
 * Notes at each issue what other channels have got of its incident, so that a lost store does not lose it. Where the incident has no
 * issue there is nowhere to note it.
 */
export async function noteDeliveries({
  store,
  mirror,
  channels,
}: {
  readonly store: AlertStore & RunStore;
  readonly mirror: AlertMirror;
  readonly channels: readonly AlertChannel[];
}): Promise<void> {
  const issueChannels = new Set(channels.filter(({ kind }) => kind === "github-issue").map(({ name }) => name));
  const { threads, alerts } = await store.storedAlerts();
  const unnoted = alerts.filter(({ word, deliveries }) => word !== "digest" && deliveries.some(isUnnoted));
  if (unnoted.length === 0) return;
  const names = new Map((await store.repositories()).map(({ id, fullName }) => [id, fullName]));
  for (const [key, own] of Map.groupBy(unnoted, ({ threadKey }) => threadKey)) {
    const thread = threads.find((one) => one.key === key);
    const receipt =
      thread?.receipt ??
      receiptOf(
        alerts.filter(({ threadKey }) => threadKey === key),
        issueChannels,
      );
    const repository = thread === undefined ? undefined : names.get(thread.identity.repositoryId);
    if (receipt === null || repository === undefined) continue;
    // what an issue was told it shows by itself
    const said = own.flatMap((alert) => saidOf(alert, issueChannels));
    if (said.length > 0) await mirror.note(repository, receipt, said);
    for (const { deliveries } of own) {
      for (const delivery of deliveries.filter(isUnnoted)) await store.settleDelivery({ ...delivery, isNoted: true });
    }
  }
}

const isUnnoted = ({ state, isNoted }: StoredAlert["deliveries"][number]): boolean => state === "delivered" && !isNoted;

function receiptOf(alerts: readonly StoredAlert[], issueChannels: ReadonlySet<string>): string | null {
  const receipts = alerts.flatMap(({ deliveries }) =>
    deliveries
      .filter(({ channel, state }) => state === "delivered" && issueChannels.has(channel))
      .map(({ receipt }) => receipt),
  );
  return receipts.find((receipt) => receipt !== null) ?? null;
}

function saidOf(
  { id, word, plannedAtMs, deliveries }: StoredAlert,
  issueChannels: ReadonlySet<string>,
): readonly SaidAlert[] {
  const channels = deliveries.filter(isUnnoted).map(({ channel }) => channel);
  const others = channels.filter((channel) => !issueChannels.has(channel));
  return others.length === 0 ? [] : [{ messageId: id, word, atMs: plannedAtMs, channels: others }];
}
