import { Value } from '@sinclair/typebox/value'
import { authorityInInstance, exceeds } from '../../core/authz/authority.ts'
import { scopesById } from '../../core/authz/load-scopes.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { Problem } from '../../errors.ts'
import { readEmail } from '../../lib/email.ts'
import { expectation } from '../../lib/expectations.ts'
import { hashFunction, readHash } from '../../lib/foreign-hashes/read-hash.ts'
import { isStorable } from '../../lib/storable-text.ts'
import {
  earlierUsers,
  type ImportedUser,
  insertImportedEvents,
  insertImportedRoles,
  insertUsers,
  namesakes,
  usersByEmailKeys,
} from './import-queries.ts'
import { type ImportedRow, type ImportReport, ImportUser } from './import-schema.ts'
import { assertNewMetadata } from './metadata.ts'
import { newUser } from './new-user.ts'
import { grantsNothing } from './rights.ts'
import { readTimestamp } from './timestamps.ts'
import { type AccountUsername, readUsername } from './usernames.ts'

type ImportDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>
type RowErrors = { path: string; message: string }[]

/**
 * Creates the users that do not exist yet, in one round trip and one atomic batch. If it throws, no user was created.
 * Each row is checked separately. If an e-mail is taken, also by an earlier row, that user stays unchanged, so the
 * same rows may be sent again. A row is refused for a role that does not exist, for one with a permission that the
 * caller lacks, and for a username that another account or an earlier row has. With `dryRun` it writes nothing, and `created` means "would be created". Throws
 * `auth.fresh_session_required` if a row has any role that may have permissions.
 */
export async function importUsers(
  deps: ImportDeps,
  cause: Cause,
  rows: readonly unknown[],
  { dryRun = false } = {},
): Promise<ImportReport> {
  const read = await withAllowedRoles(deps, cause, rows)
  const firsts = new Map<string, ImportedUser>()
  for (const user of read)
    if (!Array.isArray(user) && !firsts.has(user.row.emailKey)) firsts.set(user.row.emailKey, user)
  const { ids, taken } = await (dryRun ? existing : insertMissing)(deps, cause, [...firsts.values()])

  const items = read.map((user, index): ImportedRow => {
    if (Array.isArray(user)) return { index, status: 'refused', errors: user }
    const { id, emailKey } = user.row
    const found = ids.get(emailKey)
    if (taken.has(id) && (found === undefined || found === id))
      return { index, status: 'refused', errors: [{ path: '/username', message: USERNAME_TAKEN }] }
    const made = firsts.get(emailKey) === user && (found === undefined || found === id)
    return { index, status: made ? 'created' : 'exists', ...(found === undefined ? {} : { id: found }) }
  })
  const count = (wanted: ImportedRow['status']) => items.filter(({ status }) => status === wanted).length
  return { items, created: count('created'), exists: count('exists'), refused: count('refused') }
}

const USERNAME_TAKEN = 'Another account has this username, or one that looks like it'

/** The ids of the users whose username an earlier one has, or one that looks like it. */
function withNameOfEarlier(users: readonly ImportedUser[]): ReadonlySet<string> {
  const skeletons = new Set<string>()
  const later = new Set<string>()
  for (const { row } of users) {
    if (!row.usernameSkeleton) continue
    if (skeletons.has(row.usernameSkeleton)) later.add(row.id)
    skeletons.add(row.usernameSkeleton)
  }
  return later
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

interface Found {
  /** The user id for each e-mail after the import: the new one, or the existing one. */
  ids: ReadonlyMap<string, string>
  /** The ids of the given users whose username another account or an earlier one of them has. */
  taken: ReadonlySet<string>
}

async function insertMissing(deps: ImportDeps, cause: Cause, users: readonly ImportedUser[]): Promise<Found> {
  if (users.length === 0) return { ids: new Map(), taken: new Set() }
  const { db } = deps
  const event = newEvent(deps, cause, 'user.imported', {})
  const sameName = withNameOfEarlier(users)
  const wanted = sameName.size === 0 ? users : users.filter(({ row }) => !sameName.has(row.id))
  const named = wanted.filter(({ row }) => row.usernameSkeleton)
  const { earlier, others = [] } = await commit(deps, {
    users: insertUsers(db, wanted),
    roles: insertImportedRoles(db, wanted),
    events: insertImportedEvents(db, event, wanted),
    earlier: earlierUsers(db, users),
    others: named.length === 0 ? undefined : namesakes(db, named),
  })
  const made = wanted.map(({ row }) => ({ id: row.id, emailKey: row.emailKey }))
  return { ids: idsByKey([...made, ...earlier]), taken: new Set([...sameName, ...idsOf(others)]) }
}

async function existing({ db }: ImportDeps, _: Cause, users: readonly ImportedUser[]): Promise<Found> {
  if (users.length === 0) return { ids: new Map(), taken: new Set() }
  const [found, others] = await db.batch([usersByEmailKeys(db, keysOf(users)), namesakes(db, users)])
  return { ids: idsByKey(found), taken: new Set([...withNameOfEarlier(users), ...idsOf(others)]) }
}

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id)

const keysOf = (users: readonly ImportedUser[]): string[] => users.map(({ row }) => row.emailKey)

const idsByKey = (found: readonly { id: string; emailKey: string }[]): Map<string, string> =>
  new Map(found.map(({ id, emailKey }) => [emailKey, id]))

/** Returns the new user, or the errors of the row: the field and the expected value, never the value in the row. */
async function readRow(deps: ImportDeps, given: unknown): Promise<ImportedUser | RowErrors> {
  const row = withoutNulls(given)
  if (!Value.Check(ImportUser, row)) return schemaErrors(row)
  const { passwordHash, status = 'active', createdAt: createdText, username: typed, ...account } = row
  const hash = passwordHash === undefined ? undefined : readHash(passwordHash)
  const createdAt = createdText === undefined ? deps.clock.now() : parseTime(createdText, deps.clock.now())
  const errors: RowErrors = []
  for (const field of ['email', 'name'] as const)
    if (!isStorable(account[field] ?? ''))
      errors.push({ path: `/${field}`, message: 'U+0000 and lone surrogates are not accepted' })
  if (hash && 'refused' in hash) errors.push({ path: '/passwordHash', message: `This password hash ${hash.refused}.` })
  if (createdAt === undefined)
    errors.push({
      path: '/createdAt',
      message: 'Expected an existing date and time with a time zone, from 1970 until now: 2019-03-05T08:15:30Z',
    })
  let username: AccountUsername | undefined
  try {
    for (const field of ['publicMetadata', 'privateMetadata'] as const) {
      const metadata = account[field]
      if (metadata !== undefined) assertNewMetadata(metadata, `/${field}`)
    }
    username = typed === undefined ? undefined : await readUsername(typed)
  } catch (error) {
    if (!(error instanceof Problem) || !error.options.errors) throw error
    errors.push(...error.options.errors)
  }
  if (errors.length > 0 || createdAt === undefined) return errors

  // Does the work of Value.Decode at a third of its cost: the e-mail is the only field that is converted.
  const read = { ...account, username, email: readEmail(account.email) }
  const { row: columns, user } = newUser(deps, read, passwordHash ?? null)
  const made = hash === undefined || 'refused' in hash ? null : hashFunction(hash)
  return {
    row: { ...columns, status, createdAt },
    roles: user.roles,
    event: { id: deps.random.id('evt'), data: JSON.stringify({ roles: user.roles, hash: made }) },
  }
}

/** Databases export absent values as null. */
const withoutNulls = (row: unknown): unknown =>
  typeof row === 'object' && row !== null && !Array.isArray(row)
    ? Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
    : row

const MAX_ERRORS = 5
/** A field name may be a megabyte long. The report cuts it. */
const MAX_PATH = 200

function schemaErrors(row: unknown): RowErrors {
  const errors: RowErrors = []
  for (const found of Value.Errors(ImportUser, row)) {
    // Errors are found one by one, because a row may have half a million of them.
    if (errors.length === MAX_ERRORS) break
    const path = found.path.slice(0, MAX_PATH) || '/'
    if (!errors.some((known) => known.path === path)) errors.push({ path, message: expectation(found) })
  }
  return errors
}

function parseTime(text: string, now: number): number | undefined {
  const time = readTimestamp(text)
  return time !== undefined && time >= 0 && time <= now ? time : undefined
}
