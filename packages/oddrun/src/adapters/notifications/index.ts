export { channelsOf } from "./channels-of.ts";
export { payloadOf } from "./payload-of.ts";
