import { randomUUID } from "node:crypto";
import type { Call, Reply, Route } from "../http.ts";
import { refusalHeaders } from "../refusals.ts";
import { judgeToken, type Principal } from "../tokens.ts";
import { isAllowed, type StoredBlob } from "../world.ts";

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Elements of `[name, text]` and of `[name, children]`, as XML. */
export type Xml = readonly (readonly [string, string | Xml])[];
export const xml = (elements: Xml): string =>
  elements
    .map(([name, inner]) => `<${name}>${typeof inner === "string" ? escapeXml(inner) : xml(inner)}</${name}>`)
    .join("");
export const XML_HEAD = '<?xml version="1.0" encoding="utf-8"?>';

export function blobError(
  status: number,
  code: string,
  message: string,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly elements?: Xml } = {},
): Reply {
  const text = `${message}\nRequestId:${randomUUID()}\nTime:${new Date().toISOString()}`;
  return {
    status,
    headers: { "content-type": "application/xml", "x-ms-error-code": code, ...more.headers },
    body: XML_HEAD + xml([["Error", [["Code", code], ["Message", text], ...(more.elements ?? [])]]]),
  };
}

/** What storage calls each status when nothing more is known. */
const CODES: Readonly<Record<number, readonly [code: string, message: string]>> = {
  401: ["InvalidAuthenticationInfo", "Server failed to authenticate the request."],
  403: [
    "AuthorizationPermissionMismatch",
    "This request is not authorized to perform this operation using this permission.",
  ],
  404: ["ResourceNotFound", "The specified resource does not exist."],
  409: ["LeaseIdMissing", "There is currently a lease on the blob and no lease ID was specified in the request."],
  412: ["ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met."],
  500: ["InternalError", "Server encountered an internal error. Please try again after some time."],
  503: ["ServerBusy", "The server is busy."],
};

export function refuseBlob(_: Call, status: number): Reply {
  const [code, message] = CODES[status] ?? ["OperationTimedOut", "The operation could not be completed."];
  return blobError(status, code, message, { headers: refusalHeaders(status) });
}

const SIGN_IN =
  "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.";

/** Storage knows tokens of Entra only here: shared keys are off, as the Terraform of this repository has them. */
export function admitBlob(call: Call, route: Route): Principal | Reply {
  const { world } = call;
  const version = call.headers["x-ms-version"];
  if (version === undefined) {
    return blobError(
      400,
      "MissingRequiredHeader",
      "An HTTP header that's mandatory for this request is not specified.",
      {
        elements: [["HeaderName", "x-ms-version"]],
      },
    );
  }
  if (!/^20\d\d-\d\d-\d\d$/.test(version) || version < "2017-11-09") {
    return blobError(400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.", {
      elements: [
        ["HeaderName", "x-ms-version"],
        ["HeaderValue", version],
      ],
    });
  }
  const authorization = call.headers["authorization"];
  if (/^SharedKey/i.test(authorization ?? "") || call.query.has("sig")) {
    const text = "Key based authentication is not permitted on this storage account.";
    return blobError(403, "KeyBasedAuthenticationNotPermitted", text);
  }
  const verdict = judgeToken(world.entraKey, authorization, ["https://storage.azure.com"], world.now());
  const uri = `https://login.microsoftonline.com/${world.names.tenantId}/oauth2/authorize`;
  const headers = { "www-authenticate": `Bearer authorization_uri=${uri} resource_id=https://storage.azure.com` };
  if (verdict.kind === "missing") return blobError(401, "NoAuthenticationInformation", SIGN_IN, { headers });
  if (verdict.kind !== "valid") {
    const why = { malformed: "Signature", expired: "Lifetime", "wrong-audience": "Audience" }[verdict.kind];
    const elements: Xml = [["AuthenticationErrorDetail", `${why} validation failed.`]];
    return blobError(401, "InvalidAuthenticationInfo", SIGN_IN, { headers, elements });
  }
  if (route.permission === undefined || isAllowed(world, route.permission)) return verdict.principal;
  const text = "This request is not authorized to perform this operation using this permission.";
  return blobError(403, "AuthorizationPermissionMismatch", text);
}

export const blobKey = (call: Call): string => `${call.params["container"]!}/${call.params["blob"]!}`;

/** The answer to a request whose If-Match, If-None-Match do not hold; null when they do. */
export function refusedCondition(call: Call, blob: StoredBlob | undefined): Reply | null {
  const noneMatch = call.headers["if-none-match"];
  const match = call.headers["if-match"];
  const isRead = call.method === "GET" || call.method === "HEAD";
  const notMet = () =>
    blobError(412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.");
  if (noneMatch === "*" && blob !== undefined && !isRead) {
    return blobError(409, "BlobAlreadyExists", "The specified blob already exists.");
  }
  if (noneMatch !== undefined && noneMatch !== "*" && blob?.etag === noneMatch) {
    return isRead ? { status: 304, headers: { "x-ms-error-code": "ConditionNotMet" } } : notMet();
  }
  if (match !== undefined && (blob === undefined || (match !== "*" && blob.etag !== match))) return notMet();
  return null;
}

export const blobNotFound = (): Reply => blobError(404, "BlobNotFound", "The specified blob does not exist.");

export const blobHeaders = (blob: StoredBlob): Record<string, string> => ({
  etag: blob.etag,
  "last-modified": new Date(blob.modifiedAtMs).toUTCString(),
});
