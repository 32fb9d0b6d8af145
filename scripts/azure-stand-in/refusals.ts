/** What the services call each status when nothing more is known: for faults that tests plant by their number. */
const CODES: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ["BadRequest", "The request is invalid."],
  401: ["InvalidAuthenticationToken", "The access token is invalid."],
  403: ["AuthorizationFailed", "The client does not have authorization to perform the action over the scope."],
  404: ["ResourceNotFound", "The resource was not found."],
  408: ["RequestTimeout", "The request timed out."],
  409: ["Conflict", "The request conflicts with the state of the resource."],
  412: ["PreconditionFailed", "The condition of the request is not met."],
  424: ["FailedDependency", "A service that this one needs has failed."],
  429: [
    "TooManyRequests",
    "The number of requests has exceeded the limit. Please try again after the wait that is told.",
  ],
  500: ["InternalServerError", "The server encountered an internal error and was unable to complete the request."],
  502: ["BadGateway", "The service behind this one does not answer."],
  503: ["ServiceUnavailable", "The service is temporarily unavailable."],
  504: ["GatewayTimeout", "The service behind this one did not answer in time."],
};

export const refusalCode = (status: number): readonly [code: string, message: string] =>
  CODES[status] ?? ["Error", `The stand-in was told to answer ${status}.`];

/** Those that tell how long to wait do. */
export const refusalHeaders = (status: number): Readonly<Record<string, string>> =>
  status === 429 || status === 503 ? { "retry-after": "1" } : {};
