/** Marks that change the direction of the text after them (UAX #9 §2). */
const MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** Letters that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/**
 * A text of others for a sentence of ours. Without its marks it cannot turn the words around it, such as the host of an app
 * (UTR 36 §2.5). Letters from right to left stand in an isolate (U+2068, U+2069), so they keep to themselves too.
 */
export function keptToItself(text: string): string {
  const plain = text.replace(MARKS, '')
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain
}
