import { ClientSecretCredential } from "@azure/identity";
import { type AzureStandIn, type AzureStandInOptions, startAzureStandIn } from "./index.ts";

/** A stand-in for one test, with this process as its client. */
export async function started(
  t: { after(end: () => unknown): void },
  options: AzureStandInOptions = {},
): Promise<AzureStandIn> {
  const standIn = await startAzureStandIn(options);
  const undo = standIn.useInProcess();
  t.after(async () => {
    undo();
    await standIn.close();
  });
  return standIn;
}

export const secretCredential = ({ names }: AzureStandIn): ClientSecretCredential =>
  new ClientSecretCredential(names.tenantId, names.clientId, names.clientSecret);
