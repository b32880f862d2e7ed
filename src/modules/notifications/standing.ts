/** Who sent a notification, with what they may do now. They may have been disabled or deleted, or have lost a role. */

import { actorOfJob } from '../../core/authz/actor-of-job.ts'
import { OPERATOR } from '../../core/authz/operator.ts'
import { isClient } from '../../core/authz/question.ts'
import type { Actor, Deps } from '../../deps.ts'
import { isRecord } from '../../lib/is-record.ts'
import { accountById } from '../service-accounts/queries.ts'
import { toMemberships } from '../sessions/principals.ts'
import type { NotificationRow } from './queries.ts'
import { activeClient, livingGrant, livingKey, rolesOfActive } from './sender-queries.ts'

/** Which sender a notification names: its id, and its kind where the id does not say it. */
interface Named {
  kind?: unknown
  id: string
}

/** JSON of whom the sender acts for, and of the grant by which a client does. */
export const restsOn = (actor: Actor): string | null => {
  if (actor.actingFor === null) return null
  const chain = actor.actingFor.map(({ kind, id }) => ({ kind, id }))
  const grantId = isClient(actor) ? actor.grantId : null
  return JSON.stringify(grantId === null ? chain : [...chain, { kind: 'grant', id: grantId }])
}

/**
 * Everybody whose rights the sending rests on: the sender, and whoever the sender acted for. An API key counts with its owner, and
 * a client while it works and its grant lives. Undefined if one of them is gone, disabled or revoked.
 */
export async function standingSenders(
  deps: Pick<Deps, 'db' | 'clock'>,
  { actorId, actingFor }: Pick<NotificationRow, 'actorId' | 'actingFor'>,
): Promise<readonly Actor[] | undefined> {
  const named = new Map([{ id: actorId }, ...namedIn(actingFor)].map((one: Named) => [one.id, one]))
  const found = await Promise.all([...named.values()].map((one) => standing(deps, one)))
  const senders = found.flatMap((one) => (one === undefined || one === 'no rights of its own' ? [] : [one]))
  return found.includes(undefined) || senders.length === 0 ? undefined : senders
}

async function standing(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { kind, id }: Named,
): Promise<Actor | 'no rights of its own' | undefined> {
  const now = clock.now()
  if (id === OPERATOR.id) return OPERATOR
  // The id of a client can be a URL.
  if (kind === 'client') return (await activeClient(db, id, now)).length > 0 ? 'no rights of its own' : undefined
  if (kind === 'grant') return (await livingGrant(db, id)).length > 0 ? 'no rights of its own' : undefined
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
    const [key] = await livingKey(db, id, now)
    if (key === undefined) return undefined
    // Only a key of an organisation itself has roles. Another one has those of its owner, who is the next of the chain.
    return key.roles === null || key.orgId === null
      ? 'no rights of its own'
      : actorOf(id, [], new Map([[key.orgId, key.roles]]))
  }
  return 'no rights of its own'
}

const actorOf = (id: string, roles: readonly string[], memberships?: Actor['memberships']): Actor =>
  actorOfJob('notification', id, roles, memberships)

function namedIn(actingFor: string | null): Named[] {
  const chain: unknown = actingFor === null ? [] : JSON.parse(actingFor)
  if (!Array.isArray(chain)) return []
  return chain.flatMap((one: unknown) =>
    isRecord(one) && typeof one.id === 'string' ? [{ kind: one.kind, id: one.id }] : [],
  )
}
