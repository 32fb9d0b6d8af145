import { printable } from "oddrun/ports";

/** Tokens, the signature of a shared-access address, and what follows the name of a secret. */
const SECRETS = [
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /(?<=\b(?:bearer|basic) )[\w+/=.~-]{8,}/gi,
  /(?<=\b(?:sig|AccountKey|client_secret|client_assertion|access_token|password)=)[^\s;&"']+/gi,
] as const;

/** Text from Azure or GitHub as a message may hold it: one line, nothing invisible, no secret, cut to `charsMax`. */
export function shown(text: string, charsMax = 200): string {
  // far longer than anything shown: a secret is taken out before it is cut in two
  let kept = text.slice(0, 20_000);
  for (const secret of SECRETS) kept = kept.replace(secret, "[secret]");
  return printable(kept.trim(), charsMax);
}
