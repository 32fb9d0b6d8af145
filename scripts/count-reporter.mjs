/** Reporter for `node --test`: what failed, with its error, and last of all one line, `N passed, N failed`. */
export default async function* countReporter(events) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const { type, data } of events) {
    if (type === "test:pass" || type === "test:fail") {
      const isSuite = data.details?.type === "suite";
      if (data.skip !== undefined) {
        skipped += 1;
        yield `skipped: ${data.name}${typeof data.skip === "string" && data.skip ? ` (${data.skip})` : ""}\n`;
      } else if (type === "test:pass") {
        if (!isSuite) passed += 1;
      } else {
        if (!isSuite) failed += 1;
        const cause = data.details?.error?.cause ?? data.details?.error;
        yield `FAILED: ${data.name} (${data.file}:${data.line})\n${cause?.stack ?? String(cause)}\n\n`;
      }
    } else if (type === "test:stderr" || type === "test:stdout") {
      if (process.env.ODDRUN_TEST_OUTPUT) yield data.message;
    }
  }
  yield `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`;
}
