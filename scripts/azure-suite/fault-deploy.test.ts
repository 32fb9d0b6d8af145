import { test } from "node:test";
import { holdsWithFaults } from "./fault-quick.contract.ts";

test("an update with a fault at any request leaves the old version serving or the new one, and the same command completes it", (t) =>
  holdsWithFaults(t, "deploy update", /^(endpoint|deployment|operation|score)/));
