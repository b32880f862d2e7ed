/**
 * Gives accounts the key and the spelling of their address by the rule of today (`lib/email.ts`). SQL has no UTS 46, so
 * no migration can.
 *
 * Two accounts that turn out to share a mailbox are not merged: the first keeps the key, the other stays under the one it
 * has, both sign in with what they typed until now (`accountKey`), and `users collisions` names them. It can be cut off
 * anywhere and be repeated: a page is one batch, and each row is changed only as it was read.
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

/** A turn of the writer's queue of some ms. */
const PAGE = 250

export interface Rekeyed {
  /** Accounts that were changed. */
  changed: number
  /** Accounts that share a mailbox with another one, and keep the key they had. */
  sharing: number
}

/** One pass over the accounts that may need it, for as long as `mayGoOn` says. */
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
  for (const { id } of respelled) principals.forgetUser(id) // no event names them
  done.changed += rekeyed.length + respelled.length
  done.sharing += keys.length - rekeyed.length
}

/** Why an account is listed. */
export type AddressIssue = 'shared' | 'refused' | 'spelling'

export interface Collision {
  id: string
  email: string
  emailVerified: boolean
  /**
   * shared: another account has its mailbox. refused: nobody could sign up with this address today. spelling: it was proved
   * in a spelling that differs from the one an owner would type.
   */
  issue: AddressIssue
  /** The other account of the mailbox, if there is one. */
  otherId: string | null
}

/** The accounts whose address wants an operator's eye, in the order of their ids. Reads every account. */
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

/** A start waits for it. */
const REKEYING_BUDGET_MS = 10_000

/** The job: one pass, for 10 s at most. The log says when accounts share a mailbox. */
export async function rekeyKnownEmails(deps: Deps, now: number): Promise<Record<string, number>> {
  const mayGoOn = () => deps.accepting() && Math.abs(deps.clock.now() - now) < REKEYING_BUDGET_MS
  const { changed, sharing } = await rekeyEmails(deps, mayGoOn)
  if (sharing > 0)
    deps.log.warning('accounts share a mailbox: the command users collisions lists them', { accounts: sharing })
  return { addresses: changed }
}
