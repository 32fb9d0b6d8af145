import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ERRORS_PAGE, errorsPage } from "./errors-page.ts";

test("docs/errors.md is what the error table says; `npm run docs` writes it", () => {
  assert.equal(readFileSync(ERRORS_PAGE, "utf8"), errorsPage());
});
