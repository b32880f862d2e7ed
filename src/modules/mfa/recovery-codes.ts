/** Ten codes for who has lost their other factors: shown once, each good once, kept as keyed hashes. */
import type { Deps } from '../../deps.ts'
import { hmac } from '../../lib/crypto.ts'
import { RECOVERY_CODE_BYTES, readRecoveryCode, recoveryCode } from './recovery-code.ts'
import { keysFor } from '../../lib/secret-keys.ts'
import type { NewEvent } from '../../core/events/queries.ts'
import { deleteCodes, insertCodes } from './recovery-queries.ts'

const CODES = 10

const codeKeys = keysFor('recovery-codes')

/** Bound to the account: the same code of another one has another hash. */
const hashed = (key: Uint8Array<ArrayBuffer>, userId: string, code: string) => hmac(key, `${userId}\0${code}`)

/** What the database may know a typed code by: under the secret of today, and the one before. None for no code at all. */
export async function recoveryHashes(
  { config }: Pick<Deps, 'config'>,
  userId: string,
  typed: string,
): Promise<readonly string[]> {
  const code = readRecoveryCode(typed)
  if (code === undefined) return []
  return Promise.all((await codeKeys(config)).map(({ key }) => hashed(key, userId, code)))
}

/** A new set, and the steps that put it in the place of the old one, if the event happened. */
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
