export { channelsOf, type ChannelsOptions } from "./channels-of.ts";
export { payloadOf } from "./payload-of.ts";
