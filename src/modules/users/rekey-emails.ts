/**
 * Gives accounts the key and the spelling of their address by the current rule (`lib/email.ts`). SQL has no UTS 46,
 * so a migration cannot do this.
 *
 * If two accounts share a mailbox under the new rule, they are not merged. The first keeps the key, and the other
 * keeps its earlier key. Both sign in with the address they used before (`accountKey`), and the command `users
 * collisions` lists them. The work can be interrupted and repeated: each page is one batch, and a row is changed only
 * if it is still as it was read.
 */
import type { Deps } from '../../deps.ts'
import { emailFault, emailKey, readEmail, withoutUnseen } from '../../lib/email.ts'
import { commit } from '../../core/events/commit.ts'
import { usersByEmailKeys } from './import-queries.ts'
import {
  type AddressRow,
  mayNeedRekeying,
  setEmailKeys,
  setKeysOfProofs,
  setSpelling,
  unicodeAddresses,
} from './rekey-queries.ts'

type RekeyDeps = Pick<Deps, 'db' | 'principals'>

/** Accounts in one batch. It takes some milliseconds of the write queue. */
const PAGE = 250

export interface Rekeyed {
  /** Number of accounts that were changed. */
  changed: number
  /** Number of accounts that share a mailbox with another account and keep their earlier key. */
  sharing: number
}

/** One pass over the accounts that may need a new key, while `mayGoOn` returns true. */
export async function rekeyEmails(deps: RekeyDeps, mayGoOn: () => boolean): Promise<Rekeyed> {
  const done: Rekeyed = { changed: 0, sharing: 0 }
  let after = ''
  while (mayGoOn()) {
    const rows = await mayNeedRekeying(deps.db, after, PAGE)
    await rekeyPage(deps, rows, done)
    after = rows.at(-1)?.id ?? after
    if (rows.length < PAGE) break
  }
  return done
}

async function rekeyPage(deps: RekeyDeps, rows: readonly AddressRow[], done: Rekeyed): Promise<void> {
  const { db, principals } = deps
  const keys = rows
    .map(({ id, email, emailKey: from }) => ({ id, from, to: emailKey(email) }))
    .filter(({ from, to }) => from !== to)
  const respelled = rows.filter(({ email, emailVerified }) => !emailVerified && readEmail(email) !== email)
  const { rekeyed = [] } = await commit(deps, {
    rekeyed: keys.length === 0 ? undefined : setEmailKeys(db, keys),
    proofs: keys.length === 0 ? undefined : setKeysOfProofs(db, keys),
    respelled: respelled.map((row) => setSpelling(db, row, readEmail(row.email))),
  })
  for (const { id } of respelled) principals.forget(id) // no event names them
  done.changed += rekeyed.length + respelled.length
  done.sharing += keys.length - rekeyed.length
}

/** The reason why an account is listed. */
export type AddressIssue = 'shared' | 'refused' | 'spelling'

export interface Collision {
  id: string
  email: string
  emailVerified: boolean
  /**
   * shared: another account has the same mailbox. refused: a sign-up with this address would be refused today.
   * spelling: the address was verified in a spelling that differs from the one that its owner would type.
   */
  issue: AddressIssue
  /** The other account of the mailbox, if there is one. */
  otherId: string | null
}

/** The accounts whose address an operator should check, in the order of their ids. Reads every account. */
export async function* findCollisions({
  db,
  longReads,
}: Pick<Deps, 'db' | 'longReads'>): AsyncGenerator<Collision, void, undefined> {
  for (let after = ''; ; ) {
    const rows = await unicodeAddresses(longReads, after, PAGE)
    const found = rows.flatMap((row) => {
      const issue = issueOf(row)
      return issue === undefined ? [] : [{ row, issue, key: emailKey(withoutUnseen(row.email)) }]
    })
    const holders = found.length === 0 ? [] : await usersByEmailKeys(db, [...new Set(found.map(({ key }) => key))])
    for (const { row, issue, key } of found) {
      const { id, email, emailVerified } = row
      const other = holders.find((holder) => holder.emailKey === key && holder.id !== id)
      yield { id, email, emailVerified, issue, otherId: other?.id ?? null }
    }
    after = rows.at(-1)?.id ?? after
    if (rows.length < PAGE) return
  }
}

function issueOf({ email, emailKey: key, emailVerified }: AddressRow): AddressIssue | undefined {
  if (emailFault(email) !== undefined) return 'refused'
  if (emailKey(email) !== key) return 'shared'
  return emailVerified && readEmail(email) !== email ? 'spelling' : undefined
}

/** Maximum time of one pass in milliseconds. The start of the server waits for it. */
const REKEYING_BUDGET_MS = 10_000

/** The job: one pass of at most 10 s. It logs a warning if accounts share a mailbox. */
export async function rekeyKnownEmails(deps: Deps, now: number): Promise<Record<string, number>> {
  const mayGoOn = () => deps.accepting() && Math.abs(deps.clock.now() - now) < REKEYING_BUDGET_MS
  const { changed, sharing } = await rekeyEmails(deps, mayGoOn)
  if (sharing > 0)
    deps.log.warning('accounts share a mailbox: the command users collisions lists them', { accounts: sharing })
  return { addresses: changed }
}
