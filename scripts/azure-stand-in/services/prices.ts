import type { Call, Reply, Service } from "../http.ts";
import { refusalCode, refusalHeaders } from "../refusals.ts";

/** Test values: dollars an hour, made up, in the form that the real price list has. They are nobody's prices. */
const HOURLY_USD: readonly (readonly [sku: string, price: number])[] = [
  ["Standard_DS1_v2", 0.0611],
  ["Standard_DS2_v2", 0.1222],
  ["Standard_DS3_v2", 0.2444],
  ["Standard_F2s_v2", 0.0911],
  ["Standard_F4s_v2", 0.1822],
  ["Standard_D2as_v4", 0.0933],
];
const WINDOWS_SURCHARGE_USD = 0.09;

/** What the list says besides the usual price: Windows, Spot and reservations, which a reader has to leave out. */
const KINDS = [
  { product: "Series", suffix: "", type: "Consumption", factor: 1, surchargeUsd: 0 },
  { product: "Series Windows", suffix: "", type: "Consumption", factor: 1, surchargeUsd: WINDOWS_SURCHARGE_USD },
  { product: "Series", suffix: " Spot", type: "Consumption", factor: 0.2, surchargeUsd: 0 },
  { product: "Series", suffix: " Low Priority", type: "Consumption", factor: 0.3, surchargeUsd: 0 },
  { product: "Series", suffix: "", type: "Reservation", factor: 5000, surchargeUsd: 0 },
] as const;

function allItems(location: string): readonly Readonly<Record<string, unknown>>[] {
  return HOURLY_USD.flatMap(([sku, usd]) =>
    KINDS.map(({ product, suffix, type, factor, surchargeUsd }, kind) => {
      const price = Math.round((usd * factor + surchargeUsd) * 1e6) / 1e6;
      const [, size] = /^Standard_(.+)$/.exec(sku)!;
      return {
        currencyCode: "USD",
        tierMinimumUnits: 0,
        ...(type === "Reservation" ? { reservationTerm: "1 Year" } : {}),
        retailPrice: price,
        unitPrice: price,
        armRegionName: location,
        location: "EU West",
        effectiveStartDate: "2026-01-01T00:00:00Z",
        meterId: `00000000-0000-4000-8000-0000000000${String(kind).padStart(2, "0")}`,
        meterName: size!.replace("_", " ") + suffix,
        productId: "DZH318Z0TEST",
        skuId: `DZH318Z0TEST/${kind.toString().padStart(4, "0")}`,
        productName: `Virtual Machines ${size!.replace(/\d+.*/, "")} ${product}`,
        skuName: size!.replace("_", " ") + suffix,
        serviceName: "Virtual Machines",
        serviceId: "DZH313Z7MMC8",
        serviceFamily: "Compute",
        unitOfMeasure: "1 Hour",
        type,
        isPrimaryMeterRegion: true,
        armSkuName: sku,
      };
    }),
  );
}

const CLAUSE = /^(\w+) eq '((?:[^']|'')*)'$/;

/** Filters of the form "field eq 'value' and ...", case minded as in the current version of the list. */
function list(call: Call): Reply {
  const clauses = (call.query.get("$filter") ?? "").split(/ and /).filter((clause) => clause.trim() !== "");
  const parsed = clauses.map((clause) => CLAUSE.exec(clause.trim()));
  if (parsed.includes(null)) {
    return {
      status: 400,
      body: { Error: { Code: "BadRequest", Message: `Invalid OData parameters supplied: ${clauses.join(" and ")}` } },
    };
  }
  const currency = (call.query.get("currencyCode") ?? "'USD'").replaceAll("'", "");
  const found = allItems(call.world.names.location).filter((item) =>
    parsed.every((match) => item[match![1]!] === match![2]!.replaceAll("''", "'")),
  );
  return {
    status: 200,
    body: {
      BillingCurrency: currency,
      CustomerEntityId: "Default",
      CustomerEntityType: "Retail",
      Items: found,
      NextPageLink: null,
      Count: found.length,
    },
  };
}

/** The public price list, which asks nobody who they are. */
export const PRICES: Service = {
  name: "prices",
  hosts: /^prices\.azure\.com$/,
  admit: () => null,
  refuse: (_, status) => ({
    status,
    headers: refusalHeaders(status),
    body: { Error: { Code: refusalCode(status)[0], Message: refusalCode(status)[1] } },
  }),
  noRoute: (call) => ({
    status: 404,
    body: { Error: { Code: "NotFound", Message: `The stand-in has no ${call.path}.` } },
  }),
  routes: [{ method: "GET", path: "/api/retail/prices", step: "prices list", handle: list }],
};
