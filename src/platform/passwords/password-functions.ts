import type { Pbkdf2Digest, ScryptCost } from '../../lib/foreign-hashes/stored-hash.ts'
import type { Argon2Variant } from '../../lib/phc.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** The hash functions of a runtime. They are called only with costs within the limits of `lib/foreign-hashes`. */
export interface PasswordFunctions {
  /** Argon2id at our cost, as a PHC string. */
  hash(password: string): Promise<string>
  argon2(password: string, phc: string, variant: Argon2Variant): Promise<boolean>
  /** `$2a$`, `$2b$` and `$2y$`. Uses only the first 72 bytes, like every bcrypt. */
  bcrypt(password: string, hash: string): Promise<boolean>
  scrypt(password: Bytes, salt: Bytes, cost: ScryptCost, keyBytes: number): Promise<Bytes>
  pbkdf2(digest: Pbkdf2Digest, password: Bytes, salt: Bytes, iterations: number, keyBytes: number): Promise<Bytes>
}

/** Web Crypto. Throws if the platform refuses so many iterations. */
export async function webPbkdf2(
  ...[digest, password, salt, iterations, keyBytes]: Parameters<PasswordFunctions['pbkdf2']>
): Promise<Bytes> {
  const secret = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', hash: digest, salt, iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, secret, keyBytes * 8))
}
