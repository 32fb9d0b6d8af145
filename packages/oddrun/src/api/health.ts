import * as z from "zod";

/** Health answers say no more than this: they need no key. */
export const healthShape = z.object({
  status: z.enum(["live", "ready", "no-model", "draining"]),
  degraded: z
    .boolean()
    .optional()
    .describe("A newer model could not be loaded, so an older one is served; the server's log says why."),
});

export type Health = z.infer<typeof healthShape>;
