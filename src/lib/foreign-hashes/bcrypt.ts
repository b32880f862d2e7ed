/** Bcrypt: `$2b$12$` and 53 characters, also with Django's prefixes `bcrypt$` and `bcrypt_sha256$`. */
import type { HashReader } from './stored-hash.ts'

const MIN_COST = 4
/** About 2 s on one core. */
const MAX_COST = 15

/**
 * 16 bytes of salt and 23 of hash in bcrypt's own base64. The last characters of both carry only 2 and 6 bits, so only
 * some characters are possible there.
 */
const BCRYPT =
  /^(bcrypt\$|bcrypt_sha256\$)?(\$2([abxy])\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26])$/

export const readBcrypt: HashReader = (text) => {
  if (!/^(?:bcrypt\$|bcrypt_sha256\$)?\$2/.test(text)) return undefined
  const [, django, hash, revision, costText] = BCRYPT.exec(text) ?? []
  if (hash === undefined)
    return { refused: 'is not a complete bcrypt hash: $2b$, a cost of two digits and 53 characters' }
  const cost = Number(costText)
  // The sign extension bug of this revision makes many passwords equal (CVE-2011-2483).
  if (revision === 'x') return { refused: 'uses the broken bcrypt revision $2x$' }
  if (cost < MIN_COST || cost > MAX_COST) return { refused: `has a bcrypt cost that is not ${MIN_COST} to ${MAX_COST}` }
  return { kind: 'bcrypt', text: hash, digested: django === 'bcrypt_sha256$' }
}
