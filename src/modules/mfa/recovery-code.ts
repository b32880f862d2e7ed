/** Recovery codes as people hold them: `4k7mz2-hq0v9x-c3rtne-8wbd5y`, 120 bits in Crockford's base 32. */
import { withoutSeparators } from '../../lib/typed-codes.ts'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const CHARACTERS = 24
const GROUP = 6

/** So many bytes of chance make one code. Five bits of each are used: every character is as likely as any other. */
export const RECOVERY_CODE_BYTES = CHARACTERS

export const recoveryCode = (chance: Uint8Array): string =>
  Array.from(chance.subarray(0, CHARACTERS), (byte) => ALPHABET[byte & 31])
    .join('')
    .replace(new RegExp(`.{${GROUP}}(?=.)`, 'g'), '$&-')

/** As it was shown, however it was typed: capitals, blanks, hyphens, full-width, and letters that look like digits. Undefined for no code. */
export function readRecoveryCode(typed: string): string | undefined {
  const code = withoutSeparators(typed).toLowerCase().replaceAll('o', '0').replace(/[il]/g, '1')
  return code.length === CHARACTERS && [...code].every((character) => ALPHABET.includes(character)) ? code : undefined
}
