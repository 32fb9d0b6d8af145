import { Ajv } from "ajv";
import addFormats from "ajv-formats";

/**
 * What the receivers document of their payloads, as far as Oddrun's payloads use it, written down as JSON Schemas. No other property is
 * let through, so that a new one is looked up first.
 */
const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
// its types name the default export of a CommonJS module
(addFormats as unknown as typeof addFormats.default)(ajv);

const object = (properties: Record<string, unknown>, required: readonly string[] = Object.keys(properties)) => ({
  type: "object",
  properties,
  required: [...required],
  additionalProperties: false,
});
const text = (maxLength: number) => ({ type: "string", minLength: 1, maxLength });

/** docs.slack.dev/reference/block-kit/blocks and /composition-objects/text-object. */
const plain = (maxLength: number) =>
  object({ type: { const: "plain_text" }, text: text(maxLength), emoji: { type: "boolean" } });
const mrkdwn = (maxLength: number) =>
  object({ type: { const: "mrkdwn" }, text: text(maxLength), verbatim: { type: "boolean" } });
const SLACK = object({
  text: text(40_000),
  mrkdwn: { type: "boolean" },
  unfurl_links: { type: "boolean" },
  unfurl_media: { type: "boolean" },
  blocks: {
    type: "array",
    minItems: 1,
    maxItems: 50,
    items: {
      oneOf: [
        object({ type: { const: "header" }, text: plain(150) }),
        object({ type: { const: "divider" } }),
        object({ type: { const: "section" }, text: { oneOf: [plain(3000), mrkdwn(3000)] } }),
        object({
          type: { const: "context" },
          elements: { type: "array", minItems: 1, maxItems: 10, items: { oneOf: [plain(3000), mrkdwn(3000)] } },
        }),
      ],
    },
  },
});

/** adaptivecards.io/explorer, version 1.4; six actions: learn.microsoft.com, cards of Teams. */
const openUrl = object(
  { type: { const: "Action.OpenUrl" }, title: text(100), url: { type: "string", format: "uri", pattern: "^https://" } },
  ["type", "url"],
);
const richText = object(
  {
    type: { const: "RichTextBlock" },
    spacing: { enum: ["Small", "Medium"] },
    separator: { type: "boolean" },
    inlines: {
      type: "array",
      minItems: 1,
      items: object(
        {
          type: { const: "TextRun" },
          text: text(4000),
          weight: { const: "Bolder" },
          size: { enum: ["Large", "Small"] },
          isSubtle: { type: "boolean" },
          selectAction: openUrl,
        },
        ["type", "text"],
      ),
    },
  },
  ["type", "inlines"],
);
const column = object({
  type: { const: "Column" },
  width: { type: "string", pattern: "^(?:\\d+px|stretch)$" },
  items: { type: "array", minItems: 1, items: richText },
});
const TEAMS = object({
  type: { const: "message" },
  attachments: {
    type: "array",
    minItems: 1,
    maxItems: 1,
    items: object({
      contentType: { const: "application/vnd.microsoft.card.adaptive" },
      content: object({
        type: { const: "AdaptiveCard" },
        $schema: { const: "http://adaptivecards.io/schemas/adaptive-card.json" },
        version: { const: "1.4" },
        fallbackText: text(1000),
        body: {
          type: "array",
          minItems: 1,
          items: {
            oneOf: [
              richText,
              object({
                type: { const: "ColumnSet" },
                spacing: { const: "Small" },
                columns: { type: "array", minItems: 1, items: column },
              }),
            ],
          },
        },
        actions: { type: "array", maxItems: 6, items: openUrl },
        msteams: object({ width: { const: "Full" } }),
      }),
    }),
  },
});

/** github.com/cloudevents/spec, version 1.0.2: cloudevents/spec.md "Context Attributes" and formats/json-format.md. */
const CLOUD_EVENT = object(
  {
    specversion: { const: "1.0" },
    id: { type: "string", minLength: 1 },
    source: { type: "string", format: "uri-reference", minLength: 1 },
    type: { type: "string", minLength: 1 },
    subject: { type: "string", minLength: 1 },
    time: { type: "string", format: "date-time" },
    datacontenttype: { const: "application/json" },
    data: { type: "object" },
  },
  ["specversion", "id", "source", "type", "time", "datacontenttype", "data"],
);

const compiled = { slack: ajv.compile(SLACK), teams: ajv.compile(TEAMS), webhook: ajv.compile(CLOUD_EVENT) };

/** What of a payload is against what its receiver documents; nothing, it is hoped. */
export function againstLimits(receiver: keyof typeof compiled, payload: unknown): readonly string[] {
  const validate = compiled[receiver];
  if (validate(payload)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}
