import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { lineOf } from '../../core/limits/address-budgets.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { type OpenedSession, openSession, type SessionKind } from '../sessions/open-session.ts'
import { newUser } from '../users/new-user.ts'
import { assertPasswordAcceptable } from '../users/password-policy.ts'
import { anyAdmin, insertFirstAdmin, insertRoles } from '../users/queries.ts'
import type { SetupBody } from './schema.ts'

type SetupDeps = Pick<
  Deps,
  'config' | 'db' | 'clock' | 'random' | 'passwords' | 'principals' | 'queue' | 'tickets' | 'fetch' | 'log'
>

/**
 * Creates the first administrator and signs them in. If several callers use the token at once, the insert lets one
 * succeed. Throws `setup.token_invalid`, `setup.done`, `user.email_taken`, `user.password_refused`.
 */
export async function setUp(
  deps: SetupDeps,
  cause: Cause,
  { token, ...account }: Omit<SetupBody, 'useCookie'>,
  kind: SessionKind = 'token',
): Promise<OpenedSession> {
  const { db, tickets, passwords } = deps
  if (!(await tickets.verify('setup', token))) throw problem('setup.token_invalid')
  const [admin] = await anyAdmin(db)
  if (admin) throw problem('setup.done')
  await assertPasswordAcceptable(deps, account.password, account)
  const passwordHash = await passwords.hash(account.password, lineOf(cause))
  const { row, user } = newUser(deps, { ...account, emailVerified: true, roles: ['admin', 'user'] }, passwordHash)
  const completed = newEvent(deps, cause, 'setup.completed', { actorId: user.id, userId: user.id })
  const { opened, steps } = await openSession(deps, {
    userId: user.id,
    kind,
    cause,
    amr: ['pwd'],
    condition: happened(completed),
  })
  const { inserted } = await commit(deps, {
    inserted: recorded(insertFirstAdmin(db, row), completed),
    roles: insertRoles(db, user.id, user.roles, completed),
    session: steps,
  }).catch(whereTaken({ 'users.email_key': 'user.email_taken' }))
  if (inserted.length === 0) throw problem('setup.done')
  return { ...opened, user }
}
