import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { lineOf } from '../../core/limits/address-budgets.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, didNotHappen, happened } from '../../core/events/queries.ts'
import { type AskDeps, askSignUp } from '../actions/ask-actions.ts'
import { type OpenedSession, openSession, type SessionKind } from '../sessions/open-session.ts'
import { type NewAccount, newUser } from '../users/new-user.ts'
import { assertPasswordAcceptable } from '../users/password-policy.ts'
import { insertRoles, insertUserIfFree } from '../users/queries.ts'
import { mailProof } from '../proofs/mail-proof.ts'

type SignUpDeps = AskDeps & Pick<Deps, 'passwords' | 'queue' | 'fetch'>

export interface SignUp extends Omit<NewAccount, 'password'> {
  password: string
}

/**
 * Creates an account in one batch with the mail that asks for the verification. If e-mail verification is optional,
 * it also opens a session.
 *
 * In `required` mode it returns undefined, whether the address was free or taken. So the answer does not reveal which
 * addresses have an account. Both cases compute the same hash and run the same statements. Only the mail differs, and
 * it tells its reader which case it was. The actions of the operator are asked in both cases too, so they reveal nothing.
 *
 * Throws `user.password_refused`, `action.denied`, `action.unavailable`, and in `optional` mode `user.email_taken`.
 * `account.id`: the id for the new account, if it is made; by default a new one.
 */
export async function signUp(
  deps: SignUpDeps,
  cause: Cause,
  account: SignUp,
  kind: SessionKind,
): Promise<OpenedSession | undefined> {
  const { config, db, passwords } = deps
  await assertPasswordAcceptable(deps, account.password, account)
  const { email, name = null } = account
  await askSignUp(deps, cause, { email, name, method: 'password' })
  const passwordHash = await passwords.hash(account.password, lineOf(cause))
  const { row, user } = newUser(deps, { ...account, locale: cause.locale }, passwordHash)
  const created = newEvent(deps, cause, 'user.created', { actorId: user.id, userId: user.id, data: { by: 'sign-up' } })
  const accountSteps = {
    inserted: recorded(insertUserIfFree(db, row), created),
    roles: insertRoles(db, user.id, user.roles, created),
    proof: await mailProof(deps, cause, 'verify-email', { emailKey: row.emailKey, when: happened(created) }),
  }

  if (config.emailVerification === 'required') {
    const taken = { emailKey: row.emailKey, when: didNotHappen(created) }
    const notice = await mailProof(deps, cause, 'reset-password', taken, 'account-exists')
    await commit(deps, { ...accountSteps, notice })
    return undefined
  }
  const { opened, steps } = await openSession(deps, {
    userId: user.id,
    kind,
    cause,
    amr: ['pwd'],
    condition: happened(created),
  })
  const { inserted } = await commit(deps, { ...accountSteps, session: steps })
  if (inserted.length === 0) throw problem('user.email_taken')
  return { ...opened, user }
}
