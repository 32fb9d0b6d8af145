import { randomUUID } from "node:crypto";
import type { TokenCredential } from "@azure/core-auth";
import { isRestError } from "@azure/core-rest-pipeline";
import { BlobServiceClient } from "@azure/storage-blob";
import { type AzureContext, type AzureWorkspaceName, type CheckOutcome, Problem } from "oddrun/ports";
import type { ArmClient } from "../arm-client.ts";
import { defaultDatastore } from "../registry/datastore.ts";
import { waitScale } from "../pause.ts";
import { shown } from "../shown.ts";
import { requestTimeoutMs } from "../waits.ts";

const RETRY_MS = 1_000;

/**
 * Whether models can be written: a tiny file is written and deleted, as a role's name says less than doing it. The one who asks is
 * meant, not the workspace's identity.
 */
export async function datastoreOutcome(
  arm: ArmClient,
  name: AzureWorkspaceName,
  credential: TokenCredential,
  context: AzureContext,
): Promise<CheckOutcome> {
  const { accountName, accountUrl, containerName } = await defaultDatastore(arm, name);
  const path = `oddrun-doctor/${randomUUID()}.txt`;
  const service = new BlobServiceClient(accountUrl, credential, {
    retryOptions: {
      maxTries: 2,
      tryTimeoutInMs: requestTimeoutMs(context),
      retryDelayInMs: RETRY_MS * waitScale(context),
    },
    userAgentOptions: { userAgentPrefix: "oddrun" },
  });
  const blob = service.getContainerClient(containerName).getBlockBlobClient(path);
  const place = `${accountName}/${containerName}`;
  const abortSignal = context.signal as AbortSignal;
  try {
    await blob.upload("oddrun doctor\n", 14, { abortSignal });
  } catch (error) {
    // what kept the sign-in from giving a token says itself what to do
    if (error instanceof Problem) throw error;
    return {
      status: "failed",
      found: `no file can be written to ${place}: ${why(error)}`,
      mend: wayOut(error, accountName),
    };
  }
  try {
    await blob.delete({ abortSignal });
  } catch (error) {
    const mend = `Delete it by hand; ${wayOut(error, accountName)}`;
    return { status: "warning", found: `${place}/${path} was written and cannot be deleted: ${why(error)}`, mend };
  }
  return { status: "ok", found: `a file was written to ${place} and deleted` };
}

function why(error: unknown): string {
  if (!isRestError(error)) return shown(error instanceof Error ? error.message : String(error));
  return error.statusCode === undefined
    ? `not reached (${shown(error.code ?? error.name, 60)})`
    : `status ${error.statusCode}${error.code === undefined ? "" : `, ${shown(error.code, 60)}`}`;
}

function wayOut(error: unknown, account: string): string {
  const { statusCode, code } = isRestError(error) ? error : { statusCode: undefined, code: undefined };
  if (statusCode === 403 && code === "AuthorizationFailure") {
    return `the network rules of ${account} keep this machine out; allow its address, or run where the private endpoint is`;
  }
  if (statusCode === 403) {
    return `give the signed-in identity the role "Storage Blob Data Contributor" on ${account}; Contributor is not enough, and a new role takes some minutes`;
  }
  if (statusCode === 404)
    return `the container is gone; make it anew, or point the workspace's default datastore elsewhere`;
  return "check the network and HTTPS_PROXY, and try again";
}
