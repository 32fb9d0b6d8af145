import type { components } from "@octokit/openapi-types";

type Schemas = components["schemas"];
type RequiredKeys<Shape> = { [Key in keyof Shape]-?: object extends Pick<Shape, Key> ? never : Key }[keyof Shape];

/**
 * Has every field that GitHub's OpenAPI description requires of the shape. Values are free: the stand-in also sends what the
 * description rules out, as GitHub does.
 */
export type Complete<Name extends keyof Schemas> = Readonly<Record<string, unknown>> &
  Readonly<Record<RequiredKeys<Schemas[Name]>, unknown>>;
