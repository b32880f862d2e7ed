import { type PasswordFunctions, webPbkdf2 } from './password-functions.ts'

/** Loaded at the first hash of another system. Most servers never need it, and it does not slow down a start. */
const loadHashes = () => import('./javascript-hashes.ts')

/** The hash functions of other systems, for runtimes without their own. They block the only thread while they run. */
export const portablePasswordFunctions: Pick<PasswordFunctions, 'bcrypt' | 'scrypt' | 'pbkdf2'> = {
  bcrypt: async (...given) => (await loadHashes()).bcrypt(...given),
  scrypt: async (...given) => (await loadHashes()).scrypt(...given),
  async pbkdf2(...given) {
    try {
      return await webPbkdf2(...given)
    } catch {
      // Cloudflare refuses more than 100,000 iterations.
      return (await loadHashes()).pbkdf2(...given)
    }
  },
}
