import type { AlertLink, AlertMessage } from "../../operations/alerts/alert-message.ts";

export interface MessageContext {
  /** It may have arrived before: the message says so. */
  readonly mayRepeat: boolean;
}

export const MAY_REPEAT = "You may have this message already: Oddrun was stopped while it was sent.";

/** Characters that end an address in no format here. */
const OWN_ADDRESS = /^https?:\/\/[a-zA-Z0-9.:[\]-]{1,300}(?:\/[a-zA-Z0-9._~%/-]{0,1500})?$/;

export const isOwnAddress = (url: string): boolean => OWN_ADDRESS.test(url);

/** The links whose addresses hold nothing but what Oddrun's own do. Labels are Oddrun's own words. */
export const linksOf = ({ links }: Pick<AlertMessage, "links">): readonly AlertLink[] =>
  links.filter(({ url }) => isOwnAddress(url));
