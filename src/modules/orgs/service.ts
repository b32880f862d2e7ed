import { readTogether } from '../../../db/statements.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { type Page, readNewest, readPage } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { hex } from '../../lib/encoding.ts'
import { insertMember, insertMemberRoles } from '../members/join-queries.ts'
import { removeRole, witnessTransfer } from '../members/queries.ts'
import { userById } from '../users/queries.ts'
import { GRACE_MS } from './grace.ts'
import {
  type FoundOrg,
  freeSlug,
  insertOrg,
  markOrgDeleted,
  mayOwn,
  newestOrgs,
  type OrgRow,
  orgById,
  orgOfKey,
  orgsBeginningWith,
  orgsOfUser,
  unmarkOrgDeleted,
  updateOrg as updateOrgRow,
} from './queries.ts'
import type { CreateOrg, ListOrgs, UpdateOrg } from './schema.ts'
import { slugOf } from './slugs.ts'
import { queueNotice } from './tell-owners.ts'

export type OrgDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue' | 'limiter'>

/**
 * Makes an organisation whose owner is this person, in one round trip. A slug that is derived from the name gets a
 * suffix if it is taken. Throws `org.slug_taken`, `org.too_many`, `idempotency.key_reused`, and `org.not_found` for a
 * repeat after the deletion.
 */
export async function createOrg(
  deps: OrgDeps,
  cause: Cause,
  ownerId: string,
  { name, slug }: CreateOrg,
  key?: IdempotencyKey,
): Promise<OrgRow> {
  const { db, clock, random } = deps
  const now = clock.now()
  const id = random.id('org')
  const row = { id, name, settings: {}, version: 1, createdAt: now, updatedAt: now, deletedAt: null }
  const created = newEvent(deps, cause, 'org.created', { orgId: id, userId: ownerId })
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: id },
    {
      inserted: recorded(
        insertOrg(db, { ...row, slug: slug ?? freeSlug(slugOf(name), hex(random.bytes(4))) }, mayOwn(ownerId)),
        created,
        [id],
      ),
      member: insertMember(db, { orgId: id, userId: ownerId, now }, happened(created)),
      roles: insertMemberRoles(db, { orgId: id, userId: ownerId, roles: ['owner'] }, happened(created)),
    },
  ).catch(whereTaken({ 'organisations.slug': 'org.slug_taken' }))
  if (!results) return replayedOrg(deps, key)
  const [org] = results.inserted
  if (!org) throw problem('org.too_many')
  return org
}

/** The organisation of the first request with this key. Throws `org.not_found` if it was deleted. */
export async function replayedOrg(deps: Pick<Deps, 'db'>, key: IdempotencyKey | undefined): Promise<OrgRow> {
  const { org } = await replay(key, (name) => orgOfKey(deps.db, name))
  if (!org) throw problem('org.not_found')
  return org
}

/** The organisations of a person with the roles there, by id. One round trip. Throws the errors of `readPage`. */
export const orgsOf = (
  { db }: Pick<Deps, 'db'>,
  userId: string,
  query: { limit: number; cursor?: string | undefined },
) => readPage(query, { order: 'id', sortedBy: () => 0 }, (after, rows) => orgsOfUser(db, userId, after?.id ?? '', rows))

/** The same for an administrator, also in one round trip. Throws `user.not_found` too. */
export const orgsOfOther = (
  { db }: Pick<Deps, 'db'>,
  userId: string,
  query: { limit: number; cursor?: string | undefined },
) =>
  readPage(query, { order: 'id', sortedBy: () => 0 }, async (after, limit) => {
    const [rows, users] = await readTogether(db, [orgsOfUser(db, userId, after?.id ?? '', limit), userById(db, userId)])
    if (users.length === 0) throw problem('user.not_found')
    return rows
  })

/**
 * One page of all organisations, newest first; with `q`, those whose slug or name begins with it. One round trip.
 * Throws the errors of `readPage`.
 */
export async function pageOfOrgs(
  { db, longReads }: Pick<Deps, 'db' | 'longReads'>,
  { limit, cursor, q }: ListOrgs,
): Promise<Page<OrgRow>> {
  if (q === undefined) return readNewest({ limit, cursor }, (before, rows) => newestOrgs(db, before, rows))
  type Row = FoundOrg & { id: string; org: OrgRow }
  const order = { order: 'q', sortedBy: ({ part, key }: Row) => `${part}${key}` }
  const { items, nextCursor } = await readPage<Row>({ limit, cursor }, order, (after, rows) =>
    orgsBeginningWith(longReads, q, {
      after: after && { part: Number(String(after.value)[0]), key: String(after.value).slice(1), id: after.id },
      limit: rows,
    }),
  )
  return { items: items.map(({ org }) => org), nextCursor }
}

/**
 * Changes an organisation, in one round trip. Throws `org.not_found`, `org.changed` if no version in `versions`
 * (If-Match) is the current one, `org.slug_taken`, `idempotency.key_reused`, and `auth.fresh_session_required` for a
 * change of the settings.
 */
export async function updateOrg(
  deps: OrgDeps,
  cause: Cause,
  id: string,
  changes: UpdateOrg,
  { versions, key }: { versions?: readonly number[] | undefined; key?: IdempotencyKey | undefined } = {},
): Promise<OrgRow> {
  if (changes.settings !== undefined) cause.requireFresh()
  const { db, clock } = deps
  const data = {
    fields: Object.keys(changes),
    ...(changes.settings === undefined ? {} : { settings: Object.keys(changes.settings) }),
  }
  const updated = newEvent(deps, cause, 'org.updated', { orgId: id, data })
  const results = await commitOnce(
    deps,
    { key, event: updated, subjectId: id },
    {
      changed: recorded(updateOrgRow(db, id, changes, { versions, now: clock.now() }), updated, [id]),
      found: orgById(db, id),
    },
  ).catch(whereTaken({ 'organisations.slug': 'org.slug_taken' }))
  if (!results) return replayedOrg(deps, key)
  const [org] = results.changed
  if (org) return org
  throw problem(results.found[0]?.deletedAt === null ? 'org.changed' : 'org.not_found')
}

/**
 * Begins the grace period of an organisation, in one round trip. Until it is restored, everything in it is 404 and its
 * slug stays taken. A mail tells its owners. Throws `org.not_found`, `auth.fresh_session_required`.
 */
export async function deleteOrg(deps: OrgDeps, cause: Cause, id: string): Promise<void> {
  cause.requireFresh()
  const { db, clock } = deps
  const at = clock.now()
  const deleted = newEvent(deps, cause, 'org.deleted', { orgId: id })
  const notice = { orgId: id, template: 'org-deleted', at, also: null } as const
  const { marked } = await commit(deps, {
    marked: recorded(markOrgDeleted(db, id, at), deleted, [id]),
    notice: await queueNotice(deps, notice, deleted.id, happened(deleted)),
  })
  if (marked.length === 0) throw problem('org.not_found')
}

/**
 * Ends the grace period, in one round trip. Changes nothing if the organisation was not deleted. Throws
 * `org.not_found` after the grace period, and `org.ownerless` if its last owner deleted the account meanwhile.
 */
export async function restoreOrg(deps: OrgDeps, cause: Cause, id: string): Promise<OrgRow> {
  const { db, clock } = deps
  const now = clock.now()
  const restored = newEvent(deps, cause, 'org.restored', { orgId: id })
  const { found } = await commit(deps, {
    changed: recorded(unmarkOrgDeleted(db, id, { since: now - GRACE_MS, now }), restored, [id]),
    found: orgById(db, id),
  })
  const [org] = found
  if (!org || (org.deletedAt !== null && org.deletedAt <= now - GRACE_MS)) throw problem('org.not_found')
  if (org.deletedAt !== null) throw problem('org.ownerless')
  return org
}

/**
 * Makes a member the owner, and the owner who transfers an admin, in one round trip. `from`: that owner; null for an
 * administrator of the instance, who takes the role from nobody. A mail tells the owners, the earlier one included.
 * Throws `org.heir_refused`, `auth.fresh_session_required`.
 */
export async function transferOrg(
  deps: OrgDeps,
  cause: Cause,
  { orgId, from, to }: { orgId: string; from: string | null; to: string },
): Promise<OrgRow> {
  cause.requireFresh()
  if (from === to) throw problem('org.heir_refused')
  const { db, clock } = deps
  const transferred = newEvent(deps, cause, 'org.transferred', { orgId, userId: to, data: { from } })
  const notice = { orgId, template: 'org-transferred', at: clock.now(), also: from } as const
  const isDone = happened(transferred)
  const { witness, found } = await commit(deps, {
    witness: recorded(witnessTransfer(db, { orgId, from, to }), transferred, from === null ? [] : [from]),
    owner: insertMemberRoles(db, { orgId, userId: to, roles: ['owner'] }, isDone),
    unmade: from === null ? undefined : removeRole(db, { orgId, userId: from, role: 'owner' }, transferred),
    admin: from === null ? undefined : insertMemberRoles(db, { orgId, userId: from, roles: ['admin'] }, isDone),
    notice: await queueNotice(deps, notice, transferred.id, isDone),
    found: orgById(db, orgId),
  })
  const [org] = found
  if (!org || org.deletedAt !== null) throw problem('org.not_found')
  if (witness.length === 0) throw problem('org.heir_refused')
  return org
}
