// Takes Oddrun's messages: node verify-webhook.mjs, with the key in ODDRUN_WEBHOOK_SECRET. No package is needed.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const TOLERANCE_SECONDS = 300;

/** Whether one of the signatures is right and young; `body` is the text as it came, before any parsing. */
export function isGenuine(headers, body, secret, nowMs = Date.now()) {
  const { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signatures } = headers;
  if (!id || !signatures || !/^\d{1,12}$/.test(seconds ?? "")) return false;
  if (Math.abs(nowMs / 1000 - Number(seconds)) > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest();
  return signatures.split(" ").some((one) => {
    const given = Buffer.from(one.replace(/^v1,/, ""), "base64");
    return one.startsWith("v1,") && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** The status to answer, and the event where it is new. */
function take(headers, body, secret, seen) {
  if (!isGenuine(headers, body, secret)) return { status: 401, event: null };
  const event = JSON.parse(body);
  const key = `${event.source} ${event.id}`;
  const isNew = !seen.has(key);
  seen.add(key);
  return { status: 204, event: isNew ? event : null };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const seen = new Set(); // keep these where a restart does not lose them
  createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => {
      body += chunk;
      if (body.length > 1_000_000) request.destroy();
    });
    request.on("end", () => {
      const { status, event } = take(request.headers, body, process.env.ODDRUN_WEBHOOK_SECRET ?? "", seen);
      if (event !== null) console.log(event.type, JSON.stringify(event.data.title)); // names in it are from outside
      response.writeHead(status).end();
    });
  }).listen(8080);
}
