import { problem } from "../operations/problems.ts";
import { serveScoring } from "./serve-scoring.ts";
import { SERVE_OPTIONS } from "./serve-settings.ts";
import { start } from "./start.ts";

/** `serve --scoring-only` alone, to be bundled to one file for the scoring image. */
await start({
  serve: () =>
    Promise.resolve({
      name: "serve",
      summary: "Answer POST /score over HTTP",
      args: [],
      options: SERVE_OPTIONS,
      run: async (input, context) => {
        if (!input.isSet("scoring-only"))
          throw problem("bad-usage", "This image scores and does nothing else: serve --scoring-only.");
        return await serveScoring(input, context);
      },
    }),
});
