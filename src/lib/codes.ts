/** Codes as people type them: in groups, with hyphens, in the digits of their keyboard. */
import { FormatRegistry, Type } from '@sinclair/typebox'

/** Room for what stands between the digits. */
const MAX_TYPED = 64
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

const FORMAT = 'one-time-code'
FormatRegistry.Set(FORMAT, (value) => /^[0-9]{6}$/.test(readDigits(value)))

/** A schema for six digits, read as the digits alone. */
export const oneTimeCode = (description: string) =>
  Type.Transform(
    Type.String({
      minLength: 1,
      maxLength: MAX_TYPED,
      format: FORMAT,
      description: `${description} Blanks and hyphens between them do not matter.`,
      examples: ['492817'],
      'x-expected': 'a code of six digits, such as 492817',
    }),
  )
    .Decode(readDigits)
    .Encode((code) => code)
