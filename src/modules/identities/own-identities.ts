/** Lists and unlinks the identities of one user. */
import { readTogether } from '../../../db/statements.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { userById } from '../users/queries.ts'
import { deleteIdentity, identitiesOf, ownIdentity } from './queries.ts'
import { type Identities, toIdentity } from './schema.ts'

type UnlinkDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue'>

/** The oldest first. One round trip. */
export async function listIdentities({ config, db }: Pick<Deps, 'config' | 'db'>, userId: string): Promise<Identities> {
  return { items: (await identitiesOf(db, userId, config)).map((row) => toIdentity(row, config.providers)) }
}

/** The same for an administrator, also in one round trip. Throws `user.not_found`. */
export async function identitiesOfUser(
  { config, db }: Pick<Deps, 'config' | 'db'>,
  userId: string,
): Promise<Identities> {
  const [rows, users] = await readTogether(db, [identitiesOf(db, userId, config), userById(db, userId)])
  if (users.length === 0) throw problem('user.not_found')
  return { items: rows.map((row) => toIdentity(row, config.providers)) }
}

/**
 * Unlinks an identity and deletes the provider's tokens. The owner is notified by mail. One round trip. Throws
 * `identity.not_found`, also for an identity of another user, and `identity.last_way_in`.
 */
export async function unlinkIdentity(
  deps: UnlinkDeps,
  cause: Cause,
  { id, userId, sessionId }: { id: string; userId: string; sessionId: string },
): Promise<void> {
  cause.requireFresh()
  const { config, db, clock } = deps
  const unlinked = newEvent(deps, cause, 'identity.unlinked', { userId, sessionId, data: { identityId: id } })
  const content = { template: 'identity-unlinked', data: { at: clock.now() } } as const
  const { deleted, left } = await commit(deps, {
    deleted: recorded(deleteIdentity(db, id, { userId, config }), unlinked),
    notice: await queueMail(deps, { userId, eventId: unlinked.id, content, cause }, happened(unlinked)),
    left: ownIdentity(db, id, userId),
  })
  if (deleted.length > 0) return
  throw problem(left.length === 0 ? 'identity.not_found' : 'identity.last_way_in')
}
