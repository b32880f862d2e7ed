/** The schema of a code that people type. */
import { FormatRegistry, Type } from '@sinclair/typebox'
import { readDigits } from './typed-codes.ts'

/** The length leaves room for separators between the digits. */
const MAX_TYPED = 64
const FORMAT = 'one-time-code'
FormatRegistry.Set(FORMAT, (value) => /^[0-9]{6}$/.test(readDigits(value)))

/** A schema for six digits. It is decoded to the digits alone. */
export const oneTimeCode = (description: string) =>
  Type.Transform(
    Type.String({
      minLength: 1,
      maxLength: MAX_TYPED,
      format: FORMAT,
      description: `${description} Blanks and hyphens between the digits are ignored.`,
      examples: ['492817'],
      'x-expected': 'a code of six digits, such as 492817',
    }),
  )
    .Decode(readDigits)
    .Encode((code) => code)
