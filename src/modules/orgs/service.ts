import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { readPage } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { hex } from '../../lib/encoding.ts'
import { insertMember, insertMemberRoles } from '../members/join-queries.ts'
import { freeSlug, insertOrg, mayOwn, type OrgRow, orgOfKey, orgsOfUser } from './queries.ts'
import type { CreateOrg } from './schema.ts'
import { slugOf } from './slugs.ts'

export type OrgDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue'>

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
