import assert from "node:assert/strict";
import type { NewAlert, StoredThread } from "../../operations/alerts/alert-store.ts";
import type { AlertMessage } from "../../operations/alerts/alert-message.ts";
import { START } from "./run-fixtures.contract.ts";
import type { Store } from "./sql-store.ts";
import { storeTests } from "./store-test.contract.ts";

const KEY = "5e1c0b7a9d2f4483";
const THREAD: StoredThread = {
  key: KEY,
  identity: { repositoryId: 7, family: "more time", seriesIds: ['["ü"]'], anchorMs: START, slackMs: 0 },
  incidentNumber: 3,
  receipt: null,
};
const MESSAGE: AlertMessage = {
  id: `${KEY}.new.1.repository`,
  word: "new",
  atMs: START,
  incident: { number: 3, kind: "slower", identity: THREAD.identity },
  repository: { id: 7, fullName: "octo/Widgets", webUrl: "https://github.com" },
  workflow: null,
  title: "octo/Widgets CI takes longer (ü)",
  facts: [{ label: "What", text: "10m, usual 5m" }],
  lines: [],
  links: [],
  howToMute: "",
};

export function anAlert(change: Partial<NewAlert> = {}, channels: readonly string[] = ["issues", "slack"]): NewAlert {
  return {
    id: MESSAGE.id,
    threadKey: KEY,
    word: "new",
    scope: "repository",
    inbox: "repository 7",
    reason: "sure-enough",
    plannedAtMs: START,
    incidentNumbers: [3],
    message: { ...MESSAGE, id: change.id ?? MESSAGE.id },
    deliveries: channels.map((channel) => ({ channel, state: "pending", atMs: START, receipt: null, isNoted: false })),
    ...change,
  };
}

/** What every alert store must do; `open` gives an empty one, and the test closes it. */
export function alertStoreContract(name: string, open: () => Promise<Store>): void {
  const storeTest = storeTests(name, open);
  const issues = { messageId: MESSAGE.id, channel: "issues" };
  const settled = { ...issues, nextTryAtMs: START, atMs: START, receipt: null, why: null, isNoted: false };
  const takenBeforeMs = START - 1;

  storeTest("an empty store has said nothing", async (store) => {
    assert.deepEqual(await store.storedAlerts(), {
      version: 0,
      watchingSinceMs: null,
      digestsSinceMs: 0,
      decidedPlace: 0,
      lookedAtMs: 0,
      digestsDone: {},
      threads: [],
      alerts: [],
    });
    assert.equal(await store.alertMessage("none"), null);
    assert.equal(await store.takeDelivery(issues, { nowMs: START, takenBeforeMs }), null);
  });

  storeTest("a pass comes back as it was kept, its messages in the order they were planned", async (store) => {
    const later = anAlert({ id: `${KEY}.grown.1.repository`, word: "grown" }, []);
    const step = {
      watchingSinceMs: START,
      digestsSinceMs: START - 1,
      decidedPlace: 12,
      lookedAtMs: START + 3,
      digestsDone: { "repository 7": 5 },
    };
    assert.equal(
      await store.keepAlerts({ fromVersion: 0, ...step, threads: [THREAD], alerts: [anAlert(), later] }),
      true,
    );
    const { threads, alerts, ...marks } = await store.storedAlerts();
    assert.deepEqual(marks, { version: 1, ...step });
    assert.deepEqual(threads, [THREAD]);
    assert.deepEqual(
      alerts.map(({ id, deliveries }) => [id, deliveries.map(({ channel, state }) => `${channel} ${state}`)]),
      [
        [MESSAGE.id, ["issues pending", "slack pending"]],
        [later.id, []],
      ],
    );
    assert.deepEqual(await store.alertMessage(MESSAGE.id), MESSAGE);
  });

  storeTest("of two passes that began at one version the later is refused whole", async (store) => {
    await store.keepAlerts({ fromVersion: 0, alerts: [anAlert()] });
    const other = anAlert({ id: `${KEY}.new.2.repository` });
    assert.equal(await store.keepAlerts({ fromVersion: 0, alerts: [other], decidedPlace: 9 }), false);
    const { alerts, decidedPlace, version } = await store.storedAlerts();
    assert.deepEqual([alerts.length, decidedPlace, version], [1, 0, 1]);
  });

  storeTest("a message is kept once; that another process delivered it is taken over", async (store) => {
    await store.keepAlerts({ fromVersion: 0, alerts: [anAlert()] });
    const delivered = { channel: "issues", state: "delivered", atMs: START + 5, receipt: "12", isNoted: true } as const;
    const again = anAlert({ message: null, plannedAtMs: START + 9, deliveries: [delivered] });
    await store.keepAlerts({ fromVersion: 1, alerts: [again] });
    const [alert, ...others] = (await store.storedAlerts()).alerts;
    assert.deepEqual(others, []);
    assert.equal(alert!.plannedAtMs, START);
    assert.deepEqual(
      alert!.deliveries.map(({ channel, state, receipt }) => [channel, state, receipt]),
      [
        ["issues", "delivered", "12"],
        ["slack", "pending", null],
      ],
    );
    assert.deepEqual(await store.alertMessage(MESSAGE.id), MESSAGE);
  });

  storeTest("a delivery is taken by one, and by another only when the first must have died", async (store) => {
    await store.keepAlerts({ fromVersion: 0, alerts: [anAlert()] });
    const at = { nowMs: START, takenBeforeMs };
    const taken = await Promise.all([store.takeDelivery(issues, at), store.takeDelivery(issues, at)]);
    assert.deepEqual(taken, [{ mayRepeat: false, tries: 1 }, null]);
    const afterwards = { nowMs: START + 100, takenBeforeMs: START + 1 };
    assert.deepEqual(await store.takeDelivery(issues, afterwards), { mayRepeat: true, tries: 2 });
  });

  storeTest("what is to wait is not due before its time, and what is settled not at all", async (store) => {
    await store.keepAlerts({ fromVersion: 0, alerts: [anAlert()] });
    const at = (nowMs: number) => store.takeDelivery(issues, { nowMs, takenBeforeMs });
    await at(START);
    await store.settleDelivery({ ...settled, state: "pending", nextTryAtMs: START + 50, why: "busy\0" });
    assert.equal(await at(START + 49), null);
    assert.deepEqual(await at(START + 50), { mayRepeat: false, tries: 2 });
    await store.settleDelivery({ ...settled, state: "refused", nextTryAtMs: START + 70, why: "no permission" });
    assert.equal(await at(START + 69), null);
    const byHand = { nowMs: START + 60, takenBeforeMs, isByHand: true };
    assert.equal((await store.takeDelivery(issues, byHand))!.tries, 3);
    await store.settleDelivery({ ...settled, state: "pending", nextTryAtMs: START + 70, why: "busy" });
    assert.equal(await store.takeDelivery(issues, byHand), null);
    assert.equal((await at(START + 70))!.tries, 4);
    await store.settleDelivery({ ...settled, state: "delivered", receipt: "12", atMs: START + 71 });
    assert.equal(await at(START + 99), null);
    const { deliveries } = (await store.storedAlerts()).alerts[0]!;
    const [issue] = deliveries;
    assert.deepEqual([issue!.state, issue!.receipt, issue!.atMs], ["delivered", "12", START + 71]);
  });

  storeTest(
    "what was said of an import goes on under the id that GitHub tells, and all is decided anew",
    async (store) => {
      const imported = await store.ensureRepository("octo/Widgets");
      const identity = { ...THREAD.identity, repositoryId: imported.id };
      await store.keepAlerts({ fromVersion: 0, decidedPlace: 9, threads: [{ ...THREAD, identity }] });
      await store.adoptRepository({
        id: 7,
        fullName: "octo/Widgets",
        defaultBranch: "main",
        visibility: null,
        webUrl: null,
        apiUrl: null,
      });
      const { threads, decidedPlace } = await store.storedAlerts();
      assert.deepEqual([threads, decidedPlace], [[THREAD], 0]);
    },
  );

  storeTest("a thread goes on under another incident, and an order is answered once it says so", async (store) => {
    await store.keepAlerts({ fromVersion: 0, threads: [THREAD] });
    const moved = { ...THREAD, incidentNumber: 9, receipt: "12" };
    await store.keepAlerts({ fromVersion: 1, threads: [moved] });
    assert.deepEqual((await store.storedAlerts()).threads, [moved]);
    const outcome = { isDone: true, text: "INC-3 is acknowledged." };
    await store.saveOrder({ id: "comment 5", outcome, isAnswered: false });
    await store.saveOrder({ id: "comment 5", outcome, isAnswered: true });
    assert.deepEqual(await store.storedOrders(["comment 5", "comment 6"]), [
      { id: "comment 5", outcome, isAnswered: true },
    ]);
    assert.deepEqual(await store.storedOrders([]), []);
  });
}
