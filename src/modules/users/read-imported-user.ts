/** One row of an import: the new user, or why the row is refused. */
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import { Problem } from '../../errors.ts'
import { readEmail } from '../../lib/email.ts'
import { expectation } from '../../lib/expectations.ts'
import { hashFunction, readHash } from '../../lib/foreign-hashes/read-hash.ts'
import { isStorable } from '../../lib/storable-text.ts'
import type { ImportedUser } from './import-queries.ts'
import {
  EXPECTED_TIME,
  MAX_ERRORS,
  MAX_PATH,
  parseTime,
  type RowErrors,
  UNSTORABLE,
  withoutNulls,
} from './import-rows.ts'
import { ImportUser } from './import-schema.ts'
import { assertNewMetadata } from './metadata.ts'
import type { Metadata } from './metadata-schema.ts'
import { newUser } from './new-user.ts'
import { type AccountUsername, readUsername } from './usernames.ts'

/** Returns the new user, or the errors of the row: the field and the expected value, never the value in the row. */
export async function readRow(deps: Pick<Deps, 'clock' | 'random'>, given: unknown): Promise<ImportedUser | RowErrors> {
  const row = withoutNulls(given)
  if (!Value.Check(ImportUser, row)) return schemaErrors(row)
  const { passwordHash, status = 'active', createdAt: createdText, username: typed, ...account } = row
  const hash = passwordHash === undefined ? undefined : readHash(passwordHash)
  const createdAt = createdText === undefined ? deps.clock.now() : parseTime(createdText, deps.clock.now())
  const errors: RowErrors = []
  for (const field of ['email', 'name'] as const)
    if (!isStorable(account[field] ?? '')) errors.push({ path: `/${field}`, message: UNSTORABLE })
  if (hash && 'refused' in hash) errors.push({ path: '/passwordHash', message: `This password hash ${hash.refused}.` })
  if (createdAt === undefined) errors.push({ path: '/createdAt', message: EXPECTED_TIME })
  for (const field of ['publicMetadata', 'privateMetadata'] as const)
    if (account[field]) errors.push(...metadataErrors(account[field], `/${field}`))
  const username = typed === undefined ? undefined : await usernameOf(typed)
  if (Array.isArray(username)) errors.push(...username)
  if (errors.length > 0 || createdAt === undefined || Array.isArray(username)) return errors.slice(0, MAX_ERRORS)

  // Does the work of Value.Decode at a third of its cost: the e-mail is the only field that is converted.
  const read = { ...account, username, email: readEmail(account.email) }
  const { row: columns, user } = newUser(deps, read, passwordHash ?? null)
  const made = hash === undefined || 'refused' in hash ? null : hashFunction(hash)
  return {
    row: { ...columns, status, createdAt: createdText === undefined ? columns.createdAt : createdAt },
    roles: user.roles,
    event: { id: deps.random.id('evt'), data: JSON.stringify({ roles: user.roles, hash: made }) },
  }
}

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

async function usernameOf(typed: string): Promise<AccountUsername | RowErrors> {
  try {
    return await readUsername(typed)
  } catch (error) {
    return errorsOf(error)
  }
}

function metadataErrors(metadata: Metadata, path: string): RowErrors {
  try {
    assertNewMetadata(metadata, path)
  } catch (error) {
    return errorsOf(error)
  }
  return isStorableJson(metadata) ? [] : [{ path, message: UNSTORABLE }]
}

/** The errors of a problem that names fields. Any other error is thrown. */
function errorsOf(error: unknown): RowErrors {
  const errors = error instanceof Problem ? error.options.errors : undefined
  if (errors === undefined) throw error
  return [...errors]
}

/** Of a value whose depth is limited. */
const isStorableJson = (value: unknown): boolean =>
  typeof value === 'string'
    ? isStorable(value)
    : typeof value !== 'object' ||
      value === null ||
      Object.entries(value).every(([name, item]) => isStorable(name) && isStorableJson(item))
