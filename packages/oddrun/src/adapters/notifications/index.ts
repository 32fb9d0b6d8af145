export { channelsOf, type ChannelsOptions } from "./channels-of.ts";
export { cloudEvent, CLOUD_EVENT_TYPES } from "./cloud-event.ts";
export { slackMessage } from "./slack-blocks.ts";
export { teamsMessage } from "./teams-card.ts";
