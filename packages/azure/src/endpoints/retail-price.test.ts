import assert from "node:assert/strict";
import { test } from "node:test";
import { type ScriptedAnswer, scriptedAzure, testContext } from "../scripted-azure.contract.ts";
import { retailPrice } from "./retail-price.ts";

const QUESTION = { region: "westeurope", instanceType: "Standard_DS2_v2", currency: "EUR" };
/** Made up; in the form of the list's own documentation. */
const LINUX = {
  currencyCode: "EUR",
  tierMinimumUnits: 0,
  retailPrice: 0.25,
  armRegionName: "westeurope",
  productName: "Virtual Machines DSv2 Series",
  skuName: "DS2 v2",
  meterName: "D2 v2/DS2 v2",
  unitOfMeasure: "1 Hour",
  type: "Consumption",
  isPrimaryMeterRegion: true,
  armSkuName: "Standard_DS2_v2",
};

const page = (Items: readonly object[], NextPageLink: string | null = null): ScriptedAnswer => ({
  body: { BillingCurrency: "EUR", Items, NextPageLink },
});

test("the Linux price by the hour is found among Windows, Spot, Low Priority, other units and later pages, without any sign-in", async () => {
  // with the port, as the list writes it
  const next = "https://prices.azure.com:443/api/retail/prices?$skip=100";
  const azure = scriptedAzure([
    page(
      [
        { ...LINUX, productName: "Virtual Machines DSv2 Series Windows", retailPrice: 0.5 },
        { ...LINUX, skuName: "DS2 v2 Spot", meterName: "D2 v2/DS2 v2 Spot", retailPrice: 0.03 },
        { ...LINUX, skuName: "DS2 v2 Low Priority", retailPrice: 0.05 },
        { ...LINUX, productName: "DSv2 Series Cloud Services", retailPrice: 0.4 },
        { ...LINUX, type: "DevTestConsumption", retailPrice: 0.2 },
        { ...LINUX, unitOfMeasure: "1 Month", retailPrice: 100 },
      ],
      next,
    ),
    page([LINUX]),
  ]);
  assert.deepEqual(await retailPrice(QUESTION, testContext(), azure.httpClient), { perHour: 0.25, currency: "EUR" });
  const [first, second] = azure.seen;
  assert.equal(first!.authorization, undefined);
  assert.equal(first!.url.searchParams.get("currencyCode"), "'EUR'");
  assert.equal(
    first!.url.searchParams.get("$filter"),
    "serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and armRegionName eq 'westeurope' and armSkuName eq 'Standard_DS2_v2'",
  );
  assert.equal(second!.url.href, "https://prices.azure.com/api/retail/prices?$skip=100");
});

test("no price, two prices, an error and an answer of another form are told in words, never as a number", async () => {
  const cases: readonly (readonly [readonly ScriptedAnswer[], RegExp])[] = [
    [[page([])], /lists no size Standard_DS2_v2 in westeurope or knows no EUR: check/],
    [[page([LINUX, { ...LINUX, retailPrice: 0.26 }])], /lists 2 prices/],
    [[page([{ ...LINUX, retailPrice: 0 }])], /lists no Standard_DS2_v2 in westeurope$/],
    [[{ status: 400, body: {} }], /answered 400/],
    [[{ body: { Items: "none" } }], /is not understood/],
    [Array.from({ length: 9 }, () => ({ lost: "ECONNRESET" })), /prices\.azure\.com/],
    // a link to elsewhere is not followed
    ...[
      "https://elsewhere.example/api/retail/prices?x",
      "https://prices.azure.com.evil.example/api/retail/prices?x",
      "https://prices.azure.com:443@evil.example/api/retail/prices?x",
      "https://prices.azure.com:444/api/retail/prices?x",
      "http://prices.azure.com/api/retail/prices?x",
      "https://prices.azure.com/other?x",
    ].map((link): readonly [readonly ScriptedAnswer[], RegExp] => [[page([], link), page([LINUX])], /lists no/]),
  ];
  for (const [script, why] of cases) {
    const answer = await retailPrice(QUESTION, testContext(), scriptedAzure(script).httpClient);
    assert.ok(typeof answer === "string" && why.test(answer), JSON.stringify(answer));
  }
});
