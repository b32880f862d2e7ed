/** Who sent a notification, with what they may do now. They may have been disabled or deleted, or have lost a role. */

import { noMemberships } from '../../core/authz/scope.ts'
import type { Actor, Deps } from '../../deps.ts'
import { isRecord } from '../../lib/is-record.ts'
import { accountById } from '../service-accounts/queries.ts'
import { toMemberships } from '../sessions/principals.ts'
import type { NotificationRow } from './queries.ts'
import { livingKey, rolesOfActive } from './sender-queries.ts'

/**
 * Everybody whose rights the sending rests on: the sender, and whoever the sender acted for. An API key counts with its owner.
 * Undefined if one of them is gone, disabled or revoked.
 */
export async function standingSenders(
  deps: Pick<Deps, 'db' | 'clock'>,
  { actorId, actingFor }: Pick<NotificationRow, 'actorId' | 'actingFor'>,
): Promise<readonly Actor[] | undefined> {
  const found = await Promise.all([...new Set([actorId, ...idsOf(actingFor)])].map((id) => standing(deps, id)))
  const senders = found.flatMap((one) => (one === undefined || one === 'no rights of its own' ? [] : [one]))
  return found.includes(undefined) || senders.length === 0 ? undefined : senders
}

async function standing(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  id: string,
): Promise<Actor | 'no rights of its own' | undefined> {
  if (id.startsWith('usr_')) {
    const [user] = await rolesOfActive(db, id)
    return user && actorOf(id, user.roles, toMemberships(user.memberships))
  }
  if (id.startsWith('sva_')) {
    const [account] = await accountById(db, id)
    if (account?.status !== 'active') return undefined
    const { orgId, roles } = account
    return orgId === null ? actorOf(id, roles) : actorOf(id, [], new Map([[orgId, roles]]))
  }
  if (id.startsWith('apk_')) {
    const [key] = await livingKey(db, id, clock.now())
    if (key === undefined) return undefined
    // Only a key of an organisation itself has roles. Another one has those of its owner, who is the next of the chain.
    return key.roles === null || key.orgId === null
      ? 'no rights of its own'
      : actorOf(id, [], new Map([[key.orgId, key.roles]]))
  }
  return 'no rights of its own'
}

const actorOf = (id: string, roles: readonly string[], memberships: Actor['memberships'] = noMemberships): Actor => ({
  kind: 'notification',
  id,
  sessionId: null,
  orgId: null,
  actingFor: null,
  roles,
  memberships,
  scopes: null,
  limiterKey: id,
})

function idsOf(actingFor: string | null): string[] {
  const chain: unknown = actingFor === null ? [] : JSON.parse(actingFor)
  if (!Array.isArray(chain)) return []
  return chain.flatMap((one: unknown) => (isRecord(one) && typeof one.id === 'string' ? [one.id] : []))
}
