import { authorityInInstance, exceeds } from '../../core/authz/authority.ts'
import { scopesById } from '../../core/authz/load-scopes.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import {
  earlierUsers,
  hasUsername,
  havingMetadata,
  type ImportedUser,
  insertImportedEvents,
  insertImportedRoles,
  insertUsers,
  takenUsernames,
} from './import-queries.ts'
import type { ImportedRow, ImportReport, ImportUser } from './import-schema.ts'
import { filterKeyOf } from './list-users.ts'
import { deriveFilter } from './metadata-queries.ts'
import type { NewUser } from './queries.ts'
import { MAX_ERRORS, type RowErrors } from './import-rows.ts'
import { readRow } from './read-imported-user.ts'
import { grantsNothing } from './rights.ts'

type ImportDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals'>

/**
 * Creates the users that do not exist yet, in one round trip and one atomic batch. If it throws, no user was created.
 * Each row is checked separately. If an e-mail is taken, also by an earlier row, that user stays unchanged, so the
 * same rows may be sent again. A row is refused for a username that another account or an earlier row has, or that looks
 * like one. It is also refused for a role that does not exist, and for one with a permission that the caller lacks. With
 * `dryRun` it writes nothing, and `created` means "would be created". Throws `auth.fresh_session_required` if a row has
 * any role that may have permissions.
 */
export async function importUsers(
  deps: ImportDeps,
  cause: Cause,
  rows: readonly unknown[],
  { dryRun = false } = {},
): Promise<ImportReport> {
  const read = await withAllowedRoles(deps, cause, rows)
  const users = read.flatMap((user) => (Array.isArray(user) ? [] : [user]))
  const outcomeOf = outcomes(await (dryRun ? findTaken : insertMissing)(deps, cause, users), users, dryRun)
  const items = read.map((user, index): ImportedRow => {
    if (Array.isArray(user)) return { index, status: 'refused', errors: user }
    const { status, id } = outcomeOf(user.row)
    if (status === 'refused') return { index, status, errors: [{ path: '/username', message: usernameTaken }] }
    return { index, status, ...(id === undefined ? {} : { id }) }
  })
  const count = (wanted: ImportedRow['status']) => items.filter(({ status }) => status === wanted).length
  return { items, created: count('created'), exists: count('exists'), refused: count('refused') }
}

/** Reads the rows, and refuses those with roles that the caller may not give, or that do not exist. */
async function withAllowedRoles(
  deps: ImportDeps,
  cause: Cause,
  rows: readonly unknown[],
): Promise<(ImportedUser | RowErrors)[]> {
  const read = await Promise.all(rows.map((row) => readRow(deps, row)))
  const grants = (user: ImportedUser | RowErrors): user is ImportedUser =>
    !Array.isArray(user) && !grantsNothing(user.roles)
  if (!read.some(grants)) return read
  cause.requireFresh()
  const authority = await authorityInInstance(deps, cause)
  const known = (await scopesById(deps, [INSTANCE])).get(INSTANCE)?.policies.permissionsByRole
  return read.map((user, index) => {
    if (!grants(user)) return user
    const { roles = [] } = rows[index] as ImportUser // as `readRow` has checked
    const errors = roles.flatMap((role, at) => {
      const path = `/roles/${at}`
      if (!known?.has(role)) return [{ path, message: 'Expected the name of a role that exists' }]
      return exceeds(authority.roles, [role])
        ? [{ path, message: 'Expected a role whose every permission you have' }]
        : []
    })
    return errors.length > 0 ? errors.slice(0, MAX_ERRORS) : user
  })
}

/** What the database has of the new users under other ids. */
interface Taken {
  /** Who has the e-mail of a new user. */
  earlier: readonly { id: string; emailKey: string }[]
  /** The ids of new users whose username is taken. Absent: no new user has one. */
  usernames: readonly { id: string }[] | undefined
}

async function insertMissing(deps: ImportDeps, cause: Cause, users: readonly ImportedUser[]): Promise<Taken> {
  if (users.length === 0) return NOTHING_TAKEN
  const { db } = deps
  const event = newEvent(deps, cause, 'user.imported', {})
  const withMetadata = havingMetadata(users)
  const named = users.filter(hasUsername)
  return commit(
    deps,
    {
      users: insertUsers(db, users),
      filter: withMetadata && deriveFilter(db, withMetadata, filterKeyOf(deps)),
      roles: insertImportedRoles(db, users),
      events: insertImportedEvents(db, event, users),
      earlier: earlierUsers(db, users),
      usernames: named.length === 0 ? undefined : takenUsernames(db, named),
    },
    { cause },
  )
}

/** The same without writing. */
async function findTaken({ db }: ImportDeps, _: Cause, users: readonly ImportedUser[]): Promise<Taken> {
  if (users.length === 0) return NOTHING_TAKEN
  const named = users.filter(hasUsername)
  const [earlier, usernames] = await Promise.all([
    earlierUsers(db, users),
    named.length === 0 ? undefined : takenUsernames(db, named),
  ])
  return { earlier, usernames }
}

const NOTHING_TAKEN: Taken = { earlier: [], usernames: [] }
const usernameTaken = problem('user.username_taken').message

/**
 * What becomes of each new user, asked in their order. The database leaves out the same ones, because it writes them in
 * this order. `id`: of the account that has the e-mail now. Absent: a dry run would make it.
 */
function outcomes({ earlier, usernames = [] }: Taken, users: readonly ImportedUser[], dryRun: boolean) {
  const own = new Set(users.map(({ row }) => row.id))
  const holders = new Map<string, string | undefined>()
  for (const { id, emailKey } of earlier) if (!own.has(id)) holders.set(emailKey, id)
  const taken = new Set(usernames.map(({ id }) => id))
  const skeletons = new Set<string>()
  return ({ id, emailKey, usernameSkeleton }: NewUser): { status: ImportedRow['status']; id: string | undefined } => {
    if (holders.has(emailKey)) return { status: 'exists', id: holders.get(emailKey) }
    if (usernameSkeleton) {
      if (taken.has(id) || skeletons.has(usernameSkeleton)) return { status: 'refused', id: undefined }
      skeletons.add(usernameSkeleton)
    }
    const made = dryRun ? undefined : id
    holders.set(emailKey, made)
    return { status: 'created', id: made }
  }
}
