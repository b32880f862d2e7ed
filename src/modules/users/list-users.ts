import { type Page, readPage } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { isFiltered, type ListBounds, type ListedUser, listUsers, parseSort, type UserFilter } from './list-queries.ts'
import type { ManagedUserRow } from './queries.ts'
import type { ListUsers } from './schema.ts'
import { spellUsername } from './usernames.ts'

/** The METADATA_FILTER_KEY, or an empty text if it is not set. */
export const filterKeyOf = ({ config }: Pick<Deps, 'config'>): string => config.variables.METADATA_FILTER_KEY ?? ''

/** The filters of a list as a client writes them. Throws `request.invalid` for a filter by an undeclared key. */
export function readFilter(
  deps: Pick<Deps, 'config'>,
  { username, metadata: value, ...others }: Omit<ListUsers, 'limit' | 'sort' | 'cursor'>,
): UserFilter {
  const key = filterKeyOf(deps)
  if (value !== undefined && key === '')
    throw problem('request.invalid', { errors: [{ path: '/metadata', message: 'METADATA_FILTER_KEY is not set' }] })
  return {
    ...others,
    username: username === undefined ? undefined : spellUsername(username),
    metadata: value === undefined ? undefined : { key, value },
  }
}

/** One page of users. Throws the errors of `readPage`, and `request.invalid` for a filter by an undeclared key. */
export async function pageOfUsers(
  deps: Pick<Deps, 'config' | 'db' | 'longReads'>,
  { limit, sort, cursor, ...asked }: ListUsers,
  within?: ListBounds,
): Promise<Page<ManagedUserRow>> {
  const { db, longReads } = deps
  const filter = readFilter(deps, asked)
  // The number of rows that these lists read is not limited by the page (`filteredPage`). They run where other
  // requests are served meanwhile.
  const reader = isFiltered(filter) ? longReads : db
  const { column } = parseSort(sort)
  const order = {
    order: sort,
    sortedBy: ({ createdAt, name, emailKey }: ListedUser) => ({ createdAt, name, email: emailKey })[column],
  }
  return readPage({ limit, cursor }, order, (after, rows) =>
    listUsers(reader, { ...filter, sort, after, limit: rows }, within),
  )
}
