/** One request that reached the stand-in, in the order of arrival. */
export interface LoggedRequest {
  readonly method: string;
  readonly host: string;
  /** With the query; secrets travel in headers and bodies only. */
  readonly path: string;
  readonly apiVersion: string | null;
  /** What it was for, "unknown" when there is no such route. */
  readonly step: string;
  /** Of the answer that was sent; null while there is none and when the connection was cut. */
  readonly status: number | null;
  /** What was planted here, if anything. */
  readonly fault: string | null;
}
