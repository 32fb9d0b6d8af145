export { findSettings, loadSettings, readSettingsFile, SETTINGS_PLACES } from "./load-settings.ts";
export { lookAtSettings, parseSettings } from "./parse-settings.ts";
export { channelVariables } from "./variables.ts";
