/** A spreadsheet may run a cell that starts so as a formula (OWASP ASVS 1.2.10, CWE-1236). */
const STARTS_LIKE_FORMULA = /^'*[=+\-@\t\r\n\0]/;
const NEUTRALISED = /^'+[=+\-@\t\r\n\0]/;
const NEGATIVE_NUMBER = /^-(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Puts an apostrophe before a cell that a spreadsheet could run; a plain negative number stays as it is. */
export function neutraliseFormula(text: string): string {
  return STARTS_LIKE_FORMULA.test(text) && !NEGATIVE_NUMBER.test(text) ? `'${text}` : text;
}

/** Takes back what `neutraliseFormula` did: any text comes through both unchanged. */
export function restoreFormula(text: string): string {
  return text.charCodeAt(0) === 39 && NEUTRALISED.test(text) ? text.slice(1) : text;
}

/** One text cell of a CSV file: neutral in a spreadsheet, quoted as RFC 4180 asks. */
export function csvCell(text: string): string {
  const neutral = neutraliseFormula(text);
  return /[",;\t\r\n]/.test(neutral) ? `"${neutral.replaceAll('"', '""')}"` : neutral;
}
