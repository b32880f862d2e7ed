/** Codes as people type them: in groups, with hyphens, in the digits of their keyboard. Loaded by the pages as well. */

/** Decimal digits of other scripts that keyboards have, by their zero: Arabic, Persian, Devanagari, Bengali. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6]

/** Without blanks, hyphens, dots and what is not seen; letters and digits in compatibility form, so full-width ones are as any. */
export const withoutSeparators = (typed: string): string =>
  typed.normalize('NFKC').replaceAll(/[\s\p{Pd}\p{Cf}\u2212._·]/gu, '')

/** The digits of a code, in ASCII; of anything else the rest of it. */
export const readDigits = (typed: string): string =>
  withoutSeparators(typed).replaceAll(/\p{Nd}/gu, (digit) => {
    const point = digit.codePointAt(0) ?? 0
    const zero = ZEROS.find((first) => point >= first && point < first + 10)
    return zero === undefined ? digit : String(point - zero)
  })
