import type { Database } from '../../../db/database.ts'
import { emailKey, formerEmailKey } from '../../lib/email.ts'
import { userIdByEmail } from './queries.ts'

/**
 * The key under which the account of an address is found: `emailKey`, or the one before it where an account still has that,
 * because it shares its mailbox with another one or was not reached yet (`rekey-emails.ts`).
 *
 * No round trip for an address in ASCII. One for any other: such an account would be lost to its owner otherwise, and the
 * answer is the same whether there is one or not.
 */
export async function accountKey(db: Database, email: string): Promise<string> {
  const key = emailKey(email)
  const former = formerEmailKey(email)
  if (former === key) return key
  const [found] = await userIdByEmail(db, former)
  return found === undefined ? key : former
}
