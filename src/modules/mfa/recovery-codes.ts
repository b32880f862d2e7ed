/**
 * Ten codes for a user who has lost the other factors. Each is shown once, works once, and is stored as a keyed hash.
 */
import type { Deps } from '../../deps.ts'
import { hmac } from '../../lib/crypto.ts'
import { RECOVERY_CODE_BYTES, readRecoveryCode, recoveryCode } from './recovery-code.ts'
import { keysFor } from '../../lib/secret-keys.ts'
import type { NewEvent } from '../../core/events/queries.ts'
import { deleteCodes, insertCodes } from './recovery-queries.ts'

const CODES = 10

const codeKeys = keysFor('recovery-codes')

/** The account is part of the hash: the same code has another hash in another account. */
const hashed = (key: Uint8Array<ArrayBuffer>, userId: string, code: string) => hmac(key, `${userId}\0${code}`)

/**
 * The hashes that the database may hold for a typed code: under the present secret and the previous one. Empty if the
 * text is not a code.
 */
export async function recoveryHashes(
  { config }: Pick<Deps, 'config'>,
  userId: string,
  typed: string,
): Promise<readonly string[]> {
  const code = readRecoveryCode(typed)
  if (code === undefined) return []
  return Promise.all((await codeKeys(config)).map(({ key }) => hashed(key, userId, code)))
}

/** New codes, and the steps that replace the old ones if the event happened. */
export async function newRecoveryCodes(
  { config, db, clock, random }: Pick<Deps, 'config' | 'db' | 'clock' | 'random'>,
  userId: string,
  event: NewEvent,
) {
  const [{ key }] = await codeKeys(config)
  const codes = Array.from({ length: CODES }, () => recoveryCode(random.bytes(RECOVERY_CODE_BYTES)))
  const hashes = await Promise.all(codes.map((code) => hashed(key, userId, code.replaceAll('-', ''))))
  const steps = [deleteCodes(db, userId, event), insertCodes(db, userId, hashes, clock.now(), event)] as const
  return { codes, steps }
}
