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

/** What the list says besides the usual price, and here before it: Windows, Spot and reservations, which a reader has to leave out. */
const KINDS = [
  { product: "Series Windows", suffix: "", type: "Consumption", factor: 1, surchargeUsd: WINDOWS_SURCHARGE_USD },
  { product: "Series", suffix: " Spot", type: "Consumption", factor: 0.2, surchargeUsd: 0 },
  { product: "Series", suffix: " Low Priority", type: "Consumption", factor: 0.3, surchargeUsd: 0 },
  { product: "Series", suffix: "", type: "Reservation", factor: 5000, surchargeUsd: 0 },
  { product: "Series", suffix: "", type: "Consumption", factor: 1, surchargeUsd: 0 },
] as const;

/** What a dollar is in another currency, made up as well. */
const FACTORS: Readonly<Record<string, number>> = { USD: 1, EUR: 0.9, GBP: 0.8 };

type Item = Readonly<Record<string, unknown>>;

function allItems(location: string, currencyCode: string): readonly Item[] {
  return HOURLY_USD.flatMap(([sku, usd]) =>
    KINDS.map(({ product, suffix, type, factor, surchargeUsd }, kind) => {
      const price = Math.round((usd * factor + surchargeUsd) * FACTORS[currencyCode]! * 1e6) / 1e6;
      const [, size] = /^Standard_(.+)$/.exec(sku)!;
      return {
        currencyCode,
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
        productName: `Virtual Machines ${size!.replace(/\d+(\w*?)_/, "$1")} ${product}`,
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

/** What can be filtered by, as documented: the name in the filter and in the items. */
const FILTERS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    "armRegionName location meterId meterName productId skuId productName skuName serviceName serviceId serviceFamily armSkuName"
      .split(" ")
      .map((name) => [name, name]),
  ),
  priceType: "type",
};

/** The items that the filter asks for; null when it is none that the list documents. Case matters, as in its current version. */
function filtered(filter: string, items: readonly Item[]): readonly Item[] | null {
  const clauses = filter.split(/ and /).filter((clause) => clause.trim() !== "");
  const parsed = clauses.map((clause) => CLAUSE.exec(clause.trim()));
  if (parsed.some((match) => match === null || FILTERS[match[1]!] === undefined)) return null;
  return items.filter((item) =>
    parsed.every((match) => item[FILTERS[match![1]!]!] === match![2]!.replaceAll("''", "'")),
  );
}

function list(call: Call): Reply {
  const currency = (call.query.get("currencyCode") ?? "USD").replaceAll("'", "");
  const skip = Number(call.query.get("$skip") ?? 0);
  const found =
    FACTORS[currency] === undefined
      ? null
      : filtered(call.query.get("$filter") ?? "", allItems(call.world.names.location, currency));
  if (found === null || !Number.isSafeInteger(skip)) {
    return { status: 400, body: { Error: { Code: "BadRequest", Message: "Invalid OData parameters supplied" } } };
  }
  const items = found.slice(skip, skip + call.world.pageSize);
  const query = new URLSearchParams(call.query);
  query.set("$skip", String(skip + call.world.pageSize));
  const isLast = skip + call.world.pageSize >= found.length;
  return {
    status: 200,
    body: {
      BillingCurrency: currency,
      CustomerEntityId: "Default",
      CustomerEntityType: "Retail",
      Items: items,
      // With the port, as the list itself writes it.
      NextPageLink: isLast ? null : `https://${call.host}:443${call.path}?${query.toString()}`,
      Count: items.length,
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
