import type { TokenCredential } from "@azure/core-auth";
import { isRestError } from "@azure/core-rest-pipeline";
import { BlobServiceClient } from "@azure/storage-blob";
import { type AzureContext, Problem, problem } from "oddrun/ports";
import { lost } from "../requests.ts";
import { shown } from "../shown.ts";
import { isTransient, Trouble, withTries } from "../tries.ts";
import { askedWaitMs, requestTimeoutMs } from "../waits.ts";
import type { Datastore } from "./datastore.ts";

/** Files in one container. Every request carries a token of Entra; no key is ever asked for. */
export interface Blobs {
  /** Null when there is no such file. */
  read(path: string): Promise<Uint8Array | null>;
  /** Writes a file that is not there; false when one is: it stays as it is. */
  writeNew(path: string, bytes: Uint8Array, sha256: string): Promise<boolean>;
}

export interface BlobSettings {
  readonly credential: TokenCredential;
  readonly context: AzureContext;
  readonly datastore: Datastore;
}

const CONTENT_TYPES = { json: "application/json", other: "application/octet-stream" } as const;
/** More than any model has. */
const FILE_BYTES_MAX = 512 * 1024 * 1024;

export function openBlobs({ credential, context, datastore }: BlobSettings): Blobs {
  const { accountName, accountUrl, containerName } = datastore;
  const { host } = new URL(accountUrl);
  // tries and waits are ours, as for every request of this package
  const service = new BlobServiceClient(accountUrl, credential, {
    retryOptions: { maxTries: 1 },
    userAgentOptions: { userAgentPrefix: "oddrun" },
  });
  const container = service.getContainerClient(containerName);

  /** `otherwise` answers for codes of refusal that are no problem. */
  async function tried<T>(
    doing: "read" | "write",
    path: string,
    act: (stop: AbortSignal) => Promise<T>,
    otherwise: { readonly codes: readonly string[]; readonly answer: T },
  ): Promise<T> {
    return await withTries<T>(context, { host, path: `/${containerName}/${path}` }, async () => {
      const timeout = AbortSignal.timeout(requestTimeoutMs(context));
      try {
        return await act(AbortSignal.any([context.signal as AbortSignal, timeout]));
      } catch (error) {
        if (error instanceof Problem || context.signal.aborted) throw error;
        if (!isRestError(error) || error.statusCode === undefined) return lost(error);
        const status = error.statusCode;
        // a body cut short or rewritten by a proxy does not hide the code
        const code = error.response?.headers.get("x-ms-error-code") ?? error.code ?? "";
        context.log.debug("storage answered", { host, path, status, code });
        if (isTransient(status)) {
          const header = (name: string) => error.response?.headers.get(name);
          const asked = askedWaitMs(header, context.now());
          return new Trouble(`status ${status}${code === "" ? "" : ` (${shown(code)})`}`, { askedWaitMs: asked });
        }
        if (otherwise.codes.includes(code)) return otherwise.answer;
        throw storageProblem(doing, datastore, path, status, shown(code));
      }
    });
  }

  return {
    read: (path) =>
      tried<Uint8Array | null>(
        "read",
        path,
        async (abortSignal) => {
          const answer = await container.getBlockBlobClient(path).download(0, undefined, { abortSignal });
          const size = answer.contentLength ?? 0;
          if (size > FILE_BYTES_MAX) {
            throw problem("azure-datastore", `${accountName}/${path}`, `it has ${size} bytes, more than any model`);
          }
          const chunks: Uint8Array[] = [];
          for await (const chunk of answer.readableStreamBody!) chunks.push(chunk as unknown as Uint8Array);
          const bytes = Buffer.concat(chunks);
          if (bytes.length !== size) throw new Error(`${bytes.length} of ${size} bytes came`);
          return bytes;
        },
        { codes: ["BlobNotFound"], answer: null },
      ),
    writeNew: (path, bytes, sha256) =>
      tried<boolean>(
        "write",
        path,
        async (abortSignal) => {
          await container.getBlockBlobClient(path).uploadData(Buffer.from(bytes), {
            abortSignal,
            conditions: { ifNoneMatch: "*" },
            metadata: { sha256 },
            blobHTTPHeaders: { blobContentType: CONTENT_TYPES[path.endsWith(".json") ? "json" : "other"] },
          });
          return true;
        },
        { codes: ["BlobAlreadyExists", "ConditionNotMet"], answer: false },
      ),
  };
}

/** What a refusal by the storage account stands for: its codes tell a role that is missing from a closed network. */
function storageProblem(
  doing: "read" | "write",
  { accountName, containerName }: Datastore,
  path: string,
  status: number,
  code: string,
): Problem {
  const account = `the storage account ${accountName}`;
  if (status === 401) return problem("azure-token-refused", account, code || "status 401");
  if (status === 403 && code === "AuthorizationFailure") return problem("azure-storage-closed", accountName, code);
  if (status === 403) {
    const role = doing === "read" ? "Storage Blob Data Reader" : "Storage Blob Data Contributor";
    return problem("azure-forbidden", `${doing} files`, account, role, code || "status 403");
  }
  if (status === 404) return problem("azure-not-found", `container ${containerName} in ${account}`, code);
  return problem("azure-refused", `to ${doing} ${containerName}/${path}`, status, code || "no reason given");
}
