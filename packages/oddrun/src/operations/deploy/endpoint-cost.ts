import type { InstancePrice } from "./endpoint-platform.ts";
import { printable } from "../text/visible-text.ts";

/** Azure's own way to count a month. */
export const HOURS_PER_MONTH = 730;

export interface MonthlyCost {
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly region: string;
  readonly price: InstancePrice | null;
  /** Null when the price is not known. */
  readonly perMonth: number | null;
  /** Why the price is not known; null when it is. */
  readonly unknownBecause: string | null;
}

export function monthlyCost(
  instances: { readonly instanceType: string; readonly instanceCount: number; readonly region: string },
  answer: InstancePrice | string,
): MonthlyCost {
  const { instanceType, instanceCount, region } = instances;
  if (typeof answer === "string") {
    return { instanceType, instanceCount, region, price: null, perMonth: null, unknownBecause: answer };
  }
  const perMonth = answer.perHour * instanceCount * HOURS_PER_MONTH;
  return { instanceType, instanceCount, region, price: answer, perMonth, unknownBecause: null };
}

/** What goes on beside something else, in a few words: "1 Standard_DS2_v2, 89.21 USD a month". */
export function shortCostText({ instanceType, instanceCount, price, perMonth }: MonthlyCost): string {
  const instances = `${instanceCount} ${printable(instanceType)}`;
  if (price === null || perMonth === null) return `${instances}, its price is not known`;
  return `${instances}, ${perMonth.toFixed(2)} ${price.currency} a month`;
}

/** One or two lines on what the instances cost, and that nothing but deleting ends it. */
export function costText(cost: MonthlyCost, deleteCommand: string): string {
  const { instanceType, instanceCount, region, price, perMonth } = cost;
  const instances = `${instanceCount} ${printable(instanceType)} in ${printable(region)}`;
  const end = `It never scales to zero: it costs until "${deleteCommand}".`;
  if (price === null || perMonth === null) {
    return `Cost: ${instances} runs day and night; its price is not known (${cost.unknownBecause}). Look it up under "Virtual Machines" at https://azure.microsoft.com/pricing/calculator/. ${end}`;
  }
  const hour = `${price.perHour} ${price.currency} an hour`;
  return `Cost: ${instances} x ${HOURS_PER_MONTH} h x ${hour} = ${perMonth.toFixed(2)} ${price.currency} a month (Azure's list price today, before taxes and discounts). ${end}`;
}
