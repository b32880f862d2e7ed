/**
 * Cells that a spreadsheet would run as a formula. The apostrophe before such a cell makes it text in every spreadsheet.
 * OWASP, "CSV Injection".
 */

/** Also the full-width forms, which some spreadsheets read like the ASCII ones. The apostrophes are of earlier escapes. */
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/** `=1+1` becomes `'=1+1`, and `'=1+1` becomes `''=1+1`. `unescapeFormula` gives back every text as it was. */
export const escapeFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

export const unescapeFormula = (text: string): string =>
  text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text

/** A cell of CSV (RFC 4180 §2), in quotes where it needs them. */
export function csvCell(text: string): string {
  const cell = escapeFormula(text)
  return /[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
