/** The end is a top-level domain, so that "actions/checkout@v4.1" is none. */
const E_MAIL = /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu;

/** Text without e-mail addresses: a branch or a job may be called by one, and nobody agreed to have it sent on. */
export function withoutAddresses(text: string): string {
  return text.includes("@") ? text.replace(E_MAIL, "[e-mail address]") : text;
}
