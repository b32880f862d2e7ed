import type { Authority } from '../../core/authz/authority.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { both, type Cause, happened } from '../../core/events/queries.ts'
import { type Page, readPage } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { insertMember, insertMemberRoles, mayJoin } from './join-queries.ts'
import { listMembers } from './list-queries.ts'
import {
  allKnown,
  deleteMember,
  endWhatMembershipGave,
  isPerson,
  judgeChange,
  memberById,
  removeOtherRoles,
  type RoleChange,
  witnessRoleChange,
} from './queries.ts'
import type { ListMembers, MemberRow } from './schema.ts'

/** `denied`: what a refusal says of the roles that are not grantable. */
type AskedChange = RoleChange & Pick<Authority, 'denied'>

export type MemberDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>

/** One page of the members, by user id. One round trip. Throws the errors of `readPage`. */
export function pageOfMembers(
  { db, longReads }: Pick<Deps, 'db' | 'longReads'>,
  orgId: string,
  { limit, cursor, ...filter }: ListMembers,
): Promise<Page<MemberRow>> {
  return readPage({ limit, cursor }, { order: 'userId', sortedBy: () => 0 }, (after, rows) =>
    listMembers(filter.q === undefined ? db : longReads, orgId, { ...filter, after: after?.id ?? '', limit: rows }),
  )
}

/**
 * Gives a member these roles and no others, in one round trip. Throws `member.not_found`, `member.role_unknown`,
 * `member.role_refused` for a role that the one who asks may not give or take, `org.last_owner`, and `org.too_many`.
 */
export async function setMemberRoles(deps: MemberDeps, cause: Cause, change: AskedChange): Promise<MemberRow> {
  const { db } = deps
  const { orgId, userId, roles } = change
  const changed = newEvent(deps, cause, 'member.roles_changed', { orgId, userId, data: { roles: [...roles].sort() } })
  const { judged, witness, found } = await commit(deps, {
    judged: judgeChange(db, change),
    witness: recorded(witnessRoleChange(db, change), changed),
    removed: removeOtherRoles(db, change, changed),
    added: insertMemberRoles(db, { orgId, userId, roles }, happened(changed)),
    found: memberById(db, orgId, userId),
  })
  const [member] = found
  if (!member) throw problem('member.not_found')
  if (witness.length > 0) return member
  throwRefusal(judged[0], change, member)
  return member // it has these roles already
}

/**
 * Ends a membership, in one round trip, with the API keys of the person in the organisation. Throws as
 * `setMemberRoles`.
 */
export async function removeMember(deps: MemberDeps, cause: Cause, asked: Omit<AskedChange, 'roles'>): Promise<void> {
  const { db, clock } = deps
  const { orgId, userId } = asked
  const change: AskedChange = { ...asked, roles: [] }
  const by = cause.actorId === userId ? 'member' : 'other'
  const removed = newEvent(deps, cause, 'member.removed', { orgId, userId, data: { by } })
  const { judged, deleted, found } = await commit(deps, {
    judged: judgeChange(db, change),
    found: memberById(db, orgId, userId),
    deleted: recorded(deleteMember(db, change), removed),
    ended: endWhatMembershipGave(db, { orgId, userId }, clock.now(), removed),
  })
  if (deleted.length > 0) return
  if (found[0]) throwRefusal(judged[0], change, found[0])
  throw problem('member.not_found')
}

/** Makes a person a member, for the operator. Throws `member.exists`, `member.refused`. */
export async function addMember(
  deps: MemberDeps,
  cause: Cause,
  { orgId, userId, roles }: { orgId: string; userId: string; roles: readonly string[] },
): Promise<MemberRow> {
  const { db, clock } = deps
  const change: RoleChange = { orgId, userId, roles, grantable: undefined }
  const added = newEvent(deps, cause, 'member.added', { orgId, userId, data: { roles: [...roles].sort() } })
  const { judged, before, inserted, found } = await commit(deps, {
    judged: judgeChange(db, change),
    before: memberById(db, orgId, userId),
    inserted: recorded(
      insertMember(
        db,
        { orgId, userId, now: clock.now() },
        both(both(isPerson(userId), mayJoin(userId)), allKnown(orgId, roles)),
      ),
      added,
    ),
    roles: insertMemberRoles(db, { orgId, userId, roles }, happened(added)),
    found: memberById(db, orgId, userId),
  })
  const [member] = found
  if (member && inserted.length > 0) return member
  if (before.length > 0) throw problem('member.exists')
  if (judged[0]?.known === false) throw problem('member.role_unknown')
  throw problem('member.refused')
}

function throwRefusal(
  judged: Awaited<ReturnType<typeof judgeChange>>[number] | undefined,
  { roles, grantable = [], denied }: AskedChange,
  { roles: held }: Pick<MemberRow, 'roles'>,
) {
  if (!judged) return
  if (!judged.living) throw problem('org.not_found')
  if (!judged.known) throw problem('member.role_unknown')
  if (!judged.allowed) {
    const differing = [...roles.filter((role) => !held.includes(role)), ...held.filter((role) => !roles.includes(role))]
    const refused = differing.filter((role) => !grantable.includes(role))
    throw problem('member.role_refused', denied && { denied: denied({ roles: refused }) })
  }
  if (!judged.keepsOwner) throw problem('org.last_owner')
  if (!judged.mayOwn) throw problem('org.too_many')
}

/**
 * Ends the membership of the caller, whatever their roles, in one round trip. Throws `org.not_found` without a
 * membership, `org.last_owner`, `auth.fresh_session_required`.
 */
export async function leaveOrg(deps: MemberDeps, cause: Cause, orgId: string, userId: string): Promise<void> {
  cause.requireFresh()
  await removeMember(deps, cause, { orgId, userId, grantable: undefined }).catch((error: unknown) => {
    throw error instanceof Problem && error.code === 'member.not_found' ? problem('org.not_found') : error
  })
}
