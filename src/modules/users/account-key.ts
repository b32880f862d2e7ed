import type { Database } from '../../../db/database.ts'
import { emailKey, formerEmailKey } from '../../lib/email.ts'
import { userIdByEmail } from './queries.ts'

/**
 * The key under which the account of an address is found. It is `emailKey`. If an account still has the key of the
 * earlier rule, it is that one: the account shares its mailbox with another account, or was not rekeyed yet
 * (`rekey-emails.ts`).
 *
 * No round trip for an ASCII address. One for other addresses: without it, the owner of such an account could not
 * sign in. The answer is the same whether the account exists or not.
 */
export async function accountKey(db: Database, email: string): Promise<string> {
  const key = emailKey(email)
  const former = formerEmailKey(email)
  if (former === key) return key
  const [found] = await userIdByEmail(db, former)
  return found === undefined ? key : former
}
