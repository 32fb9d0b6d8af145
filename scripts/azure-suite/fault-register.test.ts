import { test } from "node:test";
import { holdsWithFaults } from "./fault-quick.contract.ts";

test("a registration with a fault at any request is whole or not there, and the same command completes it", (t) =>
  holdsWithFaults(t, "register first", /^/));
