/** The text form of recovery codes: `4k7mz2-hq0v9x-c3rtne-8wbd5y`, 120 bits in Crockford's base 32. */
import { withoutSeparators } from '../../lib/typed-codes.ts'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const CHARACTERS = 24
const GROUP = 6

/** One code needs this many random bytes. Five bits of each are used, so every character is equally likely. */
export const RECOVERY_CODE_BYTES = CHARACTERS

export const recoveryCode = (chance: Uint8Array): string =>
  Array.from(chance.subarray(0, CHARACTERS), (byte) => ALPHABET[byte & 31])
    .join('')
    .replace(new RegExp(`.{${GROUP}}(?=.)`, 'g'), '$&-')

/**
 * Reads a typed code. Accepts capitals, blanks, hyphens, full-width characters, and letters that look like digits.
 * Undefined if the text is not a code.
 */
export function readRecoveryCode(typed: string): string | undefined {
  const code = withoutSeparators(typed).toLowerCase().replaceAll('o', '0').replace(/[il]/g, '1')
  return code.length === CHARACTERS && [...code].every((character) => ALPHABET.includes(character)) ? code : undefined
}
