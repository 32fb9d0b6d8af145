import type { HttpClient } from "@azure/core-rest-pipeline";
import { type AzureContext, type InstancePrice, Problem, printable } from "oddrun/ports";
import { azureRequests } from "../requests.ts";
import { pricesShape } from "./shapes.ts";

/** Azure's public list of prices, which asks for no sign-in: learn.microsoft.com/rest/api/cost-management/retail-prices. */
const PRICES_URL = "https://prices.azure.com/api/retail/prices";
const PAGES_MAX = 5;
/** A price is worth no longer wait. */
const WAIT_MAX_MS = 30_000;
/** Meters of the same machine that an endpoint is not billed by. */
const OTHER_METERS = /windows|spot|low priority|cloud ?services|dedicated host/i;

export interface PriceQuestion {
  readonly region: string;
  readonly instanceType: string;
  /** Three letters: "USD". */
  readonly currency: string;
}

/** What one hour of a Linux machine costs by the list, or in words why that isn't known. Managed endpoints are billed as their machines. */
export async function retailPrice(
  { region, instanceType, currency }: PriceQuestion,
  context: AzureContext,
  httpClient?: HttpClient,
): Promise<InstancePrice | string> {
  const signal = AbortSignal.any([context.signal as AbortSignal, AbortSignal.timeout(WAIT_MAX_MS)]);
  const send = azureRequests({
    credential: null,
    scope: "",
    context: { ...context, signal },
    ...(httpClient === undefined ? {} : { httpClient }),
  });
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const filter = [
    "serviceName eq 'Virtual Machines'",
    "priceType eq 'Consumption'",
    `armRegionName eq ${quoted(region)}`,
    `armSkuName eq ${quoted(instanceType)}`,
  ].join(" and ");
  const query = new URLSearchParams({ currencyCode: quoted(currency), $filter: filter });
  const prices = new Set<number>();
  let rowCount = 0;
  try {
    let url: string | null = `${PRICES_URL}?${query.toString()}`;
    for (let page = 0; url !== null && page < PAGES_MAX; page += 1) {
      const { status, body } = await send({ method: "GET", url });
      // so it answers to a currency that it does not know
      if (status === 400 && currency !== "USD") return `prices.azure.com answered 400: check --currency ${currency}`;
      if (status !== 200) return `prices.azure.com answered ${status}`;
      const read = pricesShape.safeParse(body);
      if (!read.success) return "the answer of prices.azure.com is not understood";
      rowCount += read.data.Items.length;
      for (const item of read.data.Items) {
        const isMeant =
          item.type === "Consumption" &&
          item.unitOfMeasure === "1 Hour" &&
          item.currencyCode === currency &&
          item.armRegionName?.toLowerCase() === region &&
          item.armSkuName?.toLowerCase() === instanceType.toLowerCase() &&
          item.isPrimaryMeterRegion !== false &&
          (item.tierMinimumUnits ?? 0) === 0 &&
          item.retailPrice > 0 &&
          !OTHER_METERS.test(`${item.productName} ${item.skuName} ${item.meterName}`);
        if (isMeant) prices.add(item.retailPrice);
      }
      url = nextPage(read.data.NextPageLink ?? "");
    }
  } catch (error) {
    if (context.signal.aborted) throw error;
    return error instanceof Problem
      ? printable(error.message, 200).replace(/\.$/, "")
      : "prices.azure.com did not answer in time";
  }
  if (rowCount === 0) {
    const money = currency === "USD" ? "" : ` or knows no ${currency}`;
    return `prices.azure.com lists no size ${instanceType} in ${region}${money}: check its name`;
  }
  const [perHour] = prices;
  if (perHour === undefined) return `prices.azure.com lists no ${instanceType} in ${region}`;
  if (prices.size > 1) return `prices.azure.com lists ${prices.size} prices for it`;
  return { perHour, currency };
}

/** The next page's address, without the port that the list writes into it; null when there is none, or it is elsewhere. */
function nextPage(link: string): string | null {
  const url = URL.canParse(link) ? new URL(link) : null;
  if (url === null || url.username !== "" || url.password !== "") return null;
  return `${url.origin}${url.pathname}` === PRICES_URL ? `${PRICES_URL}${url.search}` : null;
}
