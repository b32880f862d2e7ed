import type { Deps, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { lineOf } from '../../core/limits/address-budgets.ts'
import { emailKey } from '../../lib/email.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { type AskDeps, askSignUp } from '../actions/ask-actions.ts'
import { type OpenedSession, openSession } from '../sessions/open-session.ts'
import { sessionLives } from '../sessions/queries.ts'
import { afterAnonymity } from '../users/after-anonymity.ts'
import { endAnonymity, prepareUpgrade } from '../users/anonymous-queries.ts'
import { assertPasswordAcceptable } from '../users/password-policy.ts'
import { userById } from '../users/queries.ts'
import { mailProof } from '../proofs/mail-proof.ts'
import { voidProofs } from '../proofs/queries.ts'

type UpgradeDeps = AskDeps & Pick<Deps, 'passwords' | 'queue' | 'fetch'>

export interface Upgrade {
  email: string
  password: string
  name?: string
}

/**
 * Gives an anonymous account an address and a password. The account keeps its id. One round trip, in addition to the
 * look-up of the caller.
 *
 * If e-mail verification is optional, the account gets the address at once, and a mail asks for the verification.
 * Every session ends and a new one replaces this one. If several requests run at once, one succeeds. Throws
 * `user.email_taken`, and `session.expired` if the session ended meanwhile, for example because another request was
 * first.
 *
 * In `required` mode the account changes when the address is verified (`verifyEmail`). Until then the user may ask
 * again any number of times, and the latest request counts. The password hash is stored with the proof of that mail,
 * and is deleted with it. Returns undefined after the same work, whether the address is free or taken. So the answer
 * does not reveal which addresses have an account.
 *
 * Throws `user.not_anonymous`, `user.password_refused`, `server.busy`, `action.denied`, `action.unavailable`.
 */
export async function upgradeAnonymous(
  deps: UpgradeDeps,
  cause: Cause,
  actor: SessionPrincipal,
  { email, password, name }: Upgrade,
): Promise<OpenedSession | undefined> {
  cause.requireFresh()
  if (!actor.anonymous) throw problem('user.not_anonymous')
  await assertPasswordAcceptable(deps, password, { email, ...(name === undefined ? {} : { name }) })
  await askSignUp(deps, cause, { email, name: name ?? null, method: 'password', upgrades: actor.user.id })
  const passwordHash = await deps.passwords.hash(password, lineOf(cause))
  const given = { passwordHash, ...(name === undefined ? {} : { name }) }
  if (deps.config.emailVerification === 'optional') return upgradeAtOnce(deps, cause, actor, { ...given, email })
  await prepare(deps, cause, actor, { ...given, email })
  return undefined
}

type Given = { email: string; passwordHash: string; name?: string }

async function upgradeAtOnce(
  deps: UpgradeDeps,
  cause: Cause,
  actor: SessionPrincipal,
  given: Given,
): Promise<OpenedSession> {
  const { db, clock } = deps
  const { sessionId, sessionKind: kind } = actor
  const userId = actor.user.id
  const now = clock.now()
  const key = emailKey(given.email)
  const upgraded = newEvent(deps, cause, 'user.upgraded', { userId, sessionId, data: { by: 'password' } })
  const address = { ...given, emailKey: key, emailVerified: false, byLink: false }
  // Earlier factors, such as a passkey, are removed by the upgrade, so they do not count for the new session.
  const amr = ['pwd']
  const { opened, steps } = await openSession(deps, { userId, kind, cause, amr, condition: happened(upgraded) })
  const { accounts, users } = await commit(deps, {
    accounts: recorded(endAnonymity(db, userId, address, now, sessionLives(sessionId, now)), upgraded),
    afterUpgrade: afterAnonymity(db, userId, now, upgraded),
    session: steps,
    proof: await mailProof(deps, cause, 'verify-email', { emailKey: key, when: happened(upgraded) }),
    users: userById(db, userId),
  }).catch(whereTaken({ 'users.email_key': 'user.email_taken' }))
  const [user] = users
  if (accounts.length === 0 || user === undefined) throw problem('session.expired')
  return { ...opened, user }
}

async function prepare(
  deps: UpgradeDeps,
  cause: Cause,
  actor: SessionPrincipal,
  { email, passwordHash, ...given }: Given,
): Promise<void> {
  const { db, clock } = deps
  const { sessionId } = actor
  const userId = actor.user.id
  const now = clock.now()
  const fields = ['password', ...Object.keys(given)]
  const prepared = newEvent(deps, cause, 'user.updated', { userId, sessionId, data: { fields } })
  const to = { userId, sessionId, passwordHash, email, emailKey: emailKey(email), when: happened(prepared) }
  const { accounts } = await commit(deps, {
    accounts: recorded(prepareUpgrade(db, userId, given, now, sessionLives(sessionId, now)), prepared),
    // A mistyped address of an earlier request must not get the account.
    olderProofs: voidProofs(db, userId, ['change-email'], now, prepared),
    proof: await mailProof(deps, cause, 'change-email', to),
  })
  if (accounts.length === 0) throw problem('session.expired')
}
