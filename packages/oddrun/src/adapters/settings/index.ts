export {
  findSettings,
  loadSettings,
  readSettingsFile,
  SETTINGS_PLACES,
  type SettingsQuestion,
} from "./load-settings.ts";
export { lookAtSettings, type Overrides, parseSettings, type SettingsLook } from "./parse-settings.ts";
export { type ChannelVariable, channelVariables, requireVariables } from "./variables.ts";
