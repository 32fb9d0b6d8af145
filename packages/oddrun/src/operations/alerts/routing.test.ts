import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_SETTINGS, type RouteSettings } from "../settings/settings.ts";
import { routeAlert, type RoutedMessage } from "./routing.ts";

const CHANNELS = {
  issues: DEFAULT_SETTINGS.channels["issues"]!,
  shop: { kind: "slack", urlFrom: "SHOP_URL" },
  platform: { kind: "teams", urlFrom: "PLATFORM_URL" },
} as const;
const MESSAGE: RoutedMessage = {
  word: "new",
  repository: { id: 1, fullName: "octo-org/shop", webUrl: "https://github.com" },
  workflow: { id: 2, name: "Deploy", path: ".github/workflows/deploy-eu.yml" },
};
const OWNERS = ["@octo-org/shop-team", "@mona"];
const routed = (
  routes: readonly RouteSettings[],
  message: RoutedMessage = MESSAGE,
  owners: readonly string[] = OWNERS,
) => routeAlert(message, { channels: CHANNELS, routes }, owners);

test("without routes every channel gets every message", () => {
  assert.deepEqual(routed([]), ["issues", "shop", "platform"]);
  assert.deepEqual(routed([], { word: "storm", repository: null, workflow: null }, []), ["issues", "shop", "platform"]);
});

test("a route goes by repository, workflow or owner, each with wildcards and in any letter case", () => {
  const matching: Omit<RouteSettings, "to">[] = [
    { repository: "octo-org/shop" },
    { repository: "Octo-Org/*" },
    { workflow: "deploy-*.yml" },
    { workflow: "deploy" },
    { owner: "@octo-org/shop-team" },
    { owner: "@OCTO-ORG/*" },
    { owner: "@mona" },
    { repository: "*/shop", workflow: "Deploy", owner: "@mona" },
    {},
  ];
  for (const route of matching) assert.deepEqual(routed([{ ...route, to: ["shop"] }]), ["shop"], JSON.stringify(route));
});

test("a route that names something else is passed over, and what none matches goes everywhere", () => {
  const others: Omit<RouteSettings, "to">[] = [
    { repository: "octo-org/sho" },
    { workflow: "ci.yml" },
    { owner: "@octo-org/platform" },
    { repository: "octo-org/shop", workflow: "ci.yml" },
  ];
  for (const route of others)
    assert.deepEqual(routed([{ ...route, to: ["shop"] }]), ["issues", "shop", "platform"], JSON.stringify(route));
});

test("all routes that match count, and no channel gets a message twice", () => {
  const routes = [
    { repository: "octo-org/*", to: ["platform", "issues"] },
    { workflow: "deploy*", to: ["shop", "platform"] },
    { workflow: "ci*", to: [] },
  ];
  assert.deepEqual(routed(routes), ["issues", "shop", "platform"]);
  assert.deepEqual(routed(routes.slice(0, 1)), ["issues", "platform"]);
});

test("a route to nowhere keeps a message back, unless another one that matches names a channel", () => {
  const silent = { workflow: "deploy*", to: [] };
  assert.deepEqual(routed([silent]), []);
  assert.deepEqual(routed([silent, { owner: "@mona", to: ["shop"] }]), ["shop"]);
});

test("the digest holds what went nowhere, so a route to nowhere does not hold it back", () => {
  const digest: RoutedMessage = { ...MESSAGE, word: "digest", workflow: null };
  assert.deepEqual(routed([{ to: [] }], digest), ["issues", "shop", "platform"]);
  assert.deepEqual(routed([{ to: [] }, { repository: "octo-org/shop", to: ["shop"] }], digest), ["shop"]);
});

test("a message about many repositories is matched by no route that names one", () => {
  const storm: RoutedMessage = { word: "storm", repository: null, workflow: null };
  assert.deepEqual(routed([{ repository: "*", to: ["shop"] }], storm, []), ["issues", "shop", "platform"]);
  assert.deepEqual(routed([{ to: ["platform"] }], storm, []), ["platform"]);
});

test("a test message goes to every channel, whatever the routes", () => {
  assert.deepEqual(routed([{ to: [] }], { word: "test", repository: null, workflow: null }), [
    "issues",
    "shop",
    "platform",
  ]);
});
