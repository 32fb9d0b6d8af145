import assert from "node:assert/strict";
import { test } from "node:test";
import { costText, monthlyCost } from "./endpoint-cost.ts";

const TWO = { instanceType: "Standard_X", instanceCount: 2, region: "westeurope" };

test("a month is 730 hours of each instance at the list price", () => {
  const cost = monthlyCost(TWO, { perHour: 0.25, currency: "EUR" });
  assert.equal(cost.perMonth, 365);
  assert.match(costText(cost, "oddrun deploy azureml ep --delete"), /2 Standard_X in westeurope x 730 h x 0\.25 EUR/);
  assert.match(
    costText(cost, "oddrun deploy azureml ep --delete"),
    /= 365\.00 EUR a month.*never scales to zero.*ep --delete"/,
  );
});

test("a price that can't be had is told as unknown, with where to look it up, and is never a number", () => {
  const cost = monthlyCost(TWO, "prices.azure.com did not answer");
  assert.equal(cost.perMonth, null);
  const text = costText(cost, "oddrun deploy azureml ep --delete");
  assert.match(text, /not known \(prices\.azure\.com did not answer\)\. Look it up .*pricing/);
  assert.doesNotMatch(text, /a month/);
});
