/**
 * Codes as people type them: in groups, with hyphens, with the digits of their keyboard. The pages load this file too.
 */

/** The zeros of decimal digits in other scripts with keyboards: Arabic, Persian, Devanagari, Bengali. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6]

/**
 * Removes blanks, hyphens, dots and invisible characters. Converts to compatibility form, so full-width letters become
 * plain ones.
 */
export const withoutSeparators = (typed: string): string =>
  typed.normalize('NFKC').replaceAll(/[\s\p{Pd}\p{Cf}\u2212._·]/gu, '')

/** Converts the digits of a code to ASCII. Other characters stay. */
export const readDigits = (typed: string): string =>
  withoutSeparators(typed).replaceAll(/\p{Nd}/gu, (digit) => {
    const point = digit.codePointAt(0) ?? 0
    const zero = ZEROS.find((first) => point >= first && point < first + 10)
    return zero === undefined ? digit : String(point - zero)
  })
