/** Shapes of secrets that must never be shown, whatever they were found in. */
const SECRET_SHAPES: readonly RegExp[] = [
  // GitHub tokens: classic, OAuth, user-to-server, installation, refresh, fine-grained
  /\bgh[pousr]_[A-Za-z0-9_]{16,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{16,}/g,
  // JSON Web Tokens, so Entra and GitHub App tokens too
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=\b(?:bearer|basic|token) )[A-Za-z0-9+/=._~-]{8,}/gi,
  // the password of a URL
  /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:"]*:)[^\s/@"]+(?=@)/gi,
  // incoming-webhook addresses are secrets themselves
  /https:\/\/hooks\.slack\.com\/[^\s"]+/g,
  /https:\/\/[^\s/"]+\.(?:webhook\.office\.com|logic\.azure\.com)[^\s"]*/g,
  /(?<=\b(?:AccountKey|SharedAccessKey|sig|client_secret|access_token|password)=)[^\s;&"]+/gi,
];

/** Environment variables whose values are secrets. */
export const SECRET_VARIABLE = /(_|^)(TOKEN|KEY|SECRET|PASSWORD|PAT|CREDENTIALS?)$|DATABASE_URL|WEBHOOK_URL/i;

/** Shorter values would blot out ordinary words. */
const SECRET_LENGTH_MIN = 8;

/**
 * The one redaction point: everything that is logged goes through the function returned. `secrets` are values known to be secret;
 * they are found in plain, URL-encoded, base64 and JSON-escaped form.
 */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < SECRET_LENGTH_MIN) continue;
    forms.add(secret);
    forms.add(encodeURIComponent(secret));
    forms.add(JSON.stringify(secret).slice(1, -1));
    const bytes = Buffer.from(secret);
    forms.add(bytes.toString("base64"));
    forms.add(bytes.toString("base64url"));
  }
  // longest first, so that no form is left half shown by a shorter one
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => {
    let shown = text;
    for (const form of ordered) shown = shown.replaceAll(form, "[secret]");
    for (const shape of SECRET_SHAPES) shown = shown.replace(shape, "[secret]");
    return shown;
  };
}

/** The values of the environment variables whose names say that they are secrets. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && SECRET_VARIABLE.test(name) ? [value] : [],
  );
}

/** Whether a command-line argument looks like a secret: such arguments show up in process lists and shell histories. */
export function looksLikeSecret(argument: string): boolean {
  return SECRET_SHAPES.slice(0, 4).some((shape) => argument.search(shape) >= 0);
}

/** Shapes that ordinary prose never has: no "token " followed by a word. */
const CERTAIN_SHAPES = SECRET_SHAPES.filter((shape) => !shape.source.includes("bearer"));

/** Where in a text that is meant to hold no secret one stands all the same; null when there is none. */
export function secretPlace(text: string): number | null {
  const places = CERTAIN_SHAPES.map((shape) => text.search(shape)).filter((place) => place >= 0);
  return places.length === 0 ? null : Math.min(...places);
}
