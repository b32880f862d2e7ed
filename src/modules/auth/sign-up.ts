import type { Deps, PrincipalUser } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { uniqueViolation } from '../../lib/database-errors.ts'
import { commit, recorded } from '../events/commit.ts'
import { newEvent } from '../events/new-event.ts'
import { type Cause, happened } from '../events/queries.ts'
import { type OpenedSession, openSession, type SessionKind } from '../sessions/open-session.ts'
import { type NewAccount, newUser } from '../users/new-user.ts'
import { assertPasswordAcceptable } from '../users/password-policy.ts'
import { insertRoles, insertUser } from '../users/queries.ts'

type SignUpDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'passwords' | 'principals' | 'fetch' | 'log'>

export interface SignUp extends Omit<NewAccount, 'password'> {
  password: string
}

/**
 * Makes an account and, where e-mail need not be verified first, a session, in one batch.
 *
 * Returns undefined in `required` mode, whether the address was free or taken: the answer tells nobody who exists, and
 * the same hash is computed for both. Throws `user.password_refused`, and in `optional` mode `user.email_taken`.
 */
export async function signUp(
  deps: SignUpDeps,
  cause: Cause,
  account: SignUp,
  kind: SessionKind,
): Promise<OpenedSession | undefined> {
  const { config, db, passwords } = deps
  await assertPasswordAcceptable(deps, account.password, account)
  const passwordHash = await passwords.hash(account.password)
  const { row, user } = newUser(deps, account, passwordHash)
  const created = newEvent(deps, cause, 'user.created', { actorId: user.id, userId: user.id, data: { by: 'sign-up' } })
  const accountSteps = [recorded(insertUser(db, row), created), insertRoles(db, user.id, user.roles, created)] as const

  const open = config.emailVerification === 'optional'
  try {
    if (!open) {
      await commit(deps, accountSteps)
      return undefined
    }
    return await openFirstSession(user)
  } catch (error) {
    if (uniqueViolation(error) !== 'users.email_key') throw error
    if (open) throw problem('user.email_taken', { cause: error })
    return undefined
  }

  async function openFirstSession(owner: PrincipalUser): Promise<OpenedSession> {
    const { opened, steps } = await openSession(deps, { userId: owner.id, kind, cause, condition: happened(created) })
    await commit(deps, [...accountSteps, ...steps])
    return { ...opened, user: owner }
  }
}
