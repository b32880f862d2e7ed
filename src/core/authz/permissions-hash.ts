import { primitives } from '#primitives'
import { base64url, utf8 } from '../../lib/encoding.ts'

const HASH_BYTES = 16

/**
 * The first 128 bits of SHA-256 over the sorted names with line feeds between them, base64url. Equal sets have equal
 * hashes.
 */
export async function permissionsHash(permissions: Iterable<string>): Promise<string> {
  const digest = await primitives.digest('SHA-256', utf8([...permissions].sort().join('\n')))
  return base64url(digest.subarray(0, HASH_BYTES))
}
