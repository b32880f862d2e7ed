/** User codes: what a person reads on a device and types on a page (RFC 8628 §6.1). */
import type { Deps } from '../../deps.ts'
import { hmac } from '../../lib/crypto.ts'
import { keysFor } from '../../lib/secret-keys.ts'
import { withoutSeparators } from '../../lib/typed-codes.ts'

/** No vowels, so no code is a word, and no letters that look like digits. 20^8 codes: 34 bits. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const LENGTH = 8
/** The greatest multiple of 20 below 256: bytes above it would make the first letters more likely. */
const FAIR = 240

const keys = keysFor('device-codes')

export function newUserCode({ random }: Pick<Deps, 'random'>): string {
  let code = ''
  while (code.length < LENGTH)
    for (const byte of random.bytes(LENGTH))
      if (byte < FAIR && code.length < LENGTH) code += LETTERS[byte % LETTERS.length]
  return code
}

/** `WDJB-MJHT`: as devices show it. */
export const shownUserCode = (code: string): string => `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`

/** The code in a typed text, in any case and with any separators. Undefined for a text that is none. */
export function readUserCode(typed: string | undefined): string | undefined {
  if (typed === undefined || typed.length > 64) return undefined
  const code = withoutSeparators(typed).toUpperCase()
  return code.length === LENGTH && [...code].every((letter) => LETTERS.includes(letter)) ? code : undefined
}

/** What is stored. A code has few characters, so its hash alone would give it away. */
export async function macOfUserCode({ config }: Pick<Deps, 'config'>, code: string): Promise<string> {
  return hmac((await keys(config))[0].key, code)
}

/** The same under each secret that may have been the current one when the code was made. */
export async function macsOfUserCode({ config }: Pick<Deps, 'config'>, code: string): Promise<string[]> {
  return Promise.all((await keys(config)).map(({ key }) => hmac(key, code)))
}
