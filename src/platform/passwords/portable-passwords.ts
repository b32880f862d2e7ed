import { type PasswordFunctions, webPbkdf2 } from './password-functions.ts'

/** Run when the first hash of another system is met: most servers never do, and none pays for it at start. */
const loadHashes = () => import('./javascript-hashes.ts')

/** The functions of other systems where the runtime has none of its own. They hold the only thread while they run. */
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
