import { type Page, type PageQuery, readNewest } from '../../core/paging/pages.ts'
import { readTogether } from '../../../db/statements.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { userById } from '../users/queries.ts'
import { listGrantsOf } from './list-queries.ts'
import { type Grant, toGrant } from './schema.ts'

/** What the person has allowed clients, newest first. One round trip. Throws `request.invalid`. */
export async function listOwnGrants({ db }: Pick<Deps, 'db'>, userId: string, query: PageQuery): Promise<Page<Grant>> {
  const { items, nextCursor } = await readNewest(query, (before, limit) => listGrantsOf(db, userId, { before, limit }))
  return { items: items.map(toGrant), nextCursor }
}

/** The same of another person, for administrators. Throws `user.not_found`. */
export async function listGrantsOfUser(
  { db }: Pick<Deps, 'db'>,
  userId: string,
  query: PageQuery,
): Promise<Page<Grant>> {
  const { items, nextCursor } = await readNewest(query, async (before, limit) => {
    const [rows, users] = await readTogether(db, [listGrantsOf(db, userId, { before, limit }), userById(db, userId)])
    if (users.length === 0) throw problem('user.not_found')
    return rows
  })
  return { items: items.map(toGrant), nextCursor }
}
