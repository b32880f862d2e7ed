import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { commit } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { builtInOrgRoles, builtInRoles, orgPermissions, permissions } from '../../core/permissions.ts'
import type { Deps } from '../../deps.ts'
import { emailKey, readEmail } from '../../lib/email.ts'
import { expectation } from '../../lib/expectations.ts'
import { isStorable } from '../../lib/storable-text.ts'
import { EXPECTED_TIME, MAX_ERRORS, MAX_PATH, parseTime, UNSTORABLE, withoutNulls } from '../users/import-rows.ts'
import {
  diagnoseMembers,
  diagnoseRoles,
  type ImportedMember,
  type ImportedOrg,
  type ImportedRole,
  insertImportedMemberRoles,
  insertMemberEvents,
  insertMembers,
  insertOrgEvents,
  insertOrgs,
  insertRoleEvents,
  insertRoleRequirements,
  insertRoles,
  registeredPermissions,
} from './import-queries.ts'
import { importedKinds, MembershipRow, OrgRow, RoleRow } from './import-schema.ts'

type ImportDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>
type Errors = readonly { path: string; message: string }[]

export interface ImportedOrgRow {
  index: number
  status: 'created' | 'exists' | 'refused'
  errors?: Errors
}

/** A row that was read, and where its result is written. */
interface Read<Row> {
  index: number
  row: Row
  /** What makes it the same as another row. */
  key: string
}

/**
 * Creates the organisations, roles and memberships that do not exist yet, in one atomic batch. What exists stays unchanged:
 * an organisation has its slug, a role its organisation and name, a membership its organisation and e-mail. So the same rows
 * may be sent again. A row may name an organisation or a role of the same rows. A row is refused for an organisation, user,
 * role or permission that does not exist, and above the limits of roles and memberships. `dryRun` checks the form of each row
 * alone. For the operator of the machine, whose rights have no limit.
 */
export async function importOrgs(
  deps: ImportDeps,
  rows: readonly unknown[],
  { dryRun = false } = {},
): Promise<ImportedOrgRow[]> {
  const { db, clock, principals } = deps
  const registered = (await registeredPermissions(db)).map(({ name }) => name)
  const items: ImportedOrgRow[] = rows.map((_, index) => ({ index, status: 'exists' }))
  const refuse = (index: number, path: string, message: string) => {
    items[index] = { index, status: 'refused', errors: [{ path, message }] }
  }
  const orgs: Read<ImportedOrg>[] = []
  const roles: Read<ImportedRole>[] = []
  const members: Read<ImportedMember>[] = []
  for (const [index, given] of rows.entries()) {
    const errors = readRow(deps, withoutNulls(given), registered, {
      org: (row) => orgs.push({ index, row, key: row.slug }),
      role: (row) => roles.push({ index, row, key: `${row.org ?? ''}/${row.name}` }),
      membership: (row) => members.push({ index, row, key: `${row.org}/${row.emailKey}` }),
    })
    if (errors.length > 0) items[index] = { index, status: 'refused', errors }
  }
  const created = ({ index }: { index: number }) => {
    items[index] = { index, status: 'created' }
  }
  if (dryRun) {
    for (const read of [...orgs, ...roles, ...members]) created(read)
    return items
  }

  const [newOrgs, newMembers] = [firsts(orgs), firsts(members)]
  const [plain, heirs] = [
    roles.filter(({ row }) => row.inherits === null),
    roles.filter(({ row }) => row.inherits !== null),
  ]
  const event = (type: 'org.imported' | 'org.role_imported' | 'org.member_imported') =>
    newEvent(deps, systemCause, type, {})
  const now = clock.now()
  const allRoles = roles.map(({ row }) => row)
  const memberRows = newMembers.map(({ row }) => row)
  const results = await commit(deps, {
    orgs: insertOrgs(db, rowsOf(newOrgs), now),
    orgEvents: insertOrgEvents(db, event('org.imported'), rowsOf(newOrgs)),
    plain: insertRoles(db, rowsOf(plain), now),
    // They may inherit from a role of the same rows.
    heirs: insertRoles(db, rowsOf(heirs), now),
    required: insertRoleRequirements(db, allRoles, now),
    roleEvents: insertRoleEvents(db, event('org.role_imported'), allRoles),
    roles: diagnoseRoles(db, allRoles),
    members: diagnoseMembers(db, memberRows),
    memberRoles: insertImportedMemberRoles(db, memberRows),
    memberEvents: insertMemberEvents(db, event('org.member_imported'), memberRows),
    joined: insertMembers(db, memberRows),
  })
  // The roles of many people changed, and the rules of many organisations.
  principals.forgetAll()

  const madeOrgs = new Set(results.orgs.map(({ id }) => id))
  for (const read of newOrgs) if (madeOrgs.has(read.row.id)) created(read)
  const madeRoles = new Set([...results.plain, ...results.heirs].map(({ id }) => id))
  for (const [at, read] of roles.entries()) {
    const found = results.roles[at]
    if (madeRoles.has(read.row.id)) created(read)
    else if (!found?.hasOrg) refuse(read.index, '/org', NO_ORG)
    else if (found.exists) continue
    else if (!found.inherits) refuse(read.index, '/inherits', 'Expected a role of the same scope that inherits nothing')
    else refuse(read.index, '/', 'There are 100 roles already')
  }
  for (const [at, read] of newMembers.entries()) {
    const found = results.members[at]
    if (!found?.hasOrg) refuse(read.index, '/org', NO_ORG)
    else if (!found.hasUser) refuse(read.index, '/email', 'Expected the e-mail of a user: import the users first')
    else if (found.exists) continue
    else if (!found.roles) refuse(read.index, '/roles', 'Expected roles that exist in the organisation')
    else if (!found.mayJoin) refuse(read.index, '/email', 'The person is a member of 500 organisations already')
    else created(read)
  }
  // A row is no repetition of a row that was refused.
  const refused = new Set(newMembers.filter(({ index }) => items[index]?.status === 'refused').map(({ key }) => key))
  const again = members.filter((read) => refused.has(read.key) && !newMembers.includes(read)).map(({ index }) => index)
  if (again.length > 0)
    for (const item of await importOrgs(
      deps,
      again.map((index) => rows[index]),
    )) {
      const index = again[item.index]
      if (index !== undefined) items[index] = { ...item, index }
    }
  return items
}

const NO_ORG = 'Expected the slug of an organisation that exists'

const rowsOf = <Row>(reads: readonly Read<Row>[]): Row[] => reads.map(({ row }) => row)

/** The first row of each key. */
const firsts = <Row>(reads: readonly Read<Row>[]): Read<Row>[] => [
  ...new Map(reads.toReversed().map((read) => [read.key, read])).values(),
]

interface Takers {
  org: (row: ImportedOrg) => void
  role: (row: ImportedRole) => void
  membership: (row: ImportedMember) => void
}

/** Gives the row to the taker of its kind, or returns its errors: the field and the expected value, never the value. */
function readRow(
  { clock, random }: Pick<Deps, 'clock' | 'random'>,
  given: unknown,
  registered: readonly string[],
  takers: Takers,
): Errors {
  const kind = typeof given === 'object' && given !== null && 'kind' in given ? given.kind : undefined
  const schema = Object.entries(importedKinds).find(([name]) => name === kind)?.[1]
  if (schema === undefined) return [{ path: '/kind', message: `Expected ${Object.keys(importedKinds).join(', ')}` }]
  const errors = [...Value.Errors(schema, given)]
    .slice(0, MAX_ERRORS)
    .map((found) => ({ path: found.path.slice(0, MAX_PATH) || '/', message: expectation(found) }))
  if (errors.length > 0) return errors
  const now = clock.now()
  const { createdAt, joinedAt, name } = given as { createdAt?: string; joinedAt?: string; name?: string }
  const text = createdAt ?? joinedAt
  const time = text === undefined ? now : parseTime(text, now)
  if (time === undefined)
    return [{ path: createdAt === undefined ? '/joinedAt' : '/createdAt', message: EXPECTED_TIME }]
  if (!isStorable(name ?? '')) return [{ path: '/name', message: UNSTORABLE }]
  const eventId = random.id('evt')
  if (is(OrgRow, given))
    takers.org({
      id: random.id('org'),
      slug: given.slug,
      name: given.name,
      settings: given.settings ?? {},
      createdAt: time,
      eventId,
    })
  else if (is(RoleRow, given)) {
    if (builtInNames.includes(given.name))
      return [{ path: '/name', message: 'Expected a name that no built-in role has' }]
    const known: readonly string[] = [
      ...(given.org === undefined ? permissions : Object.keys(orgPermissions)),
      ...registered,
    ]
    const unknown = (given.permissions ?? []).findIndex((permission) => !known.includes(permission))
    if (unknown >= 0)
      return [{ path: `/permissions/${unknown}`, message: 'Expected a permission that is declared or registered' }]
    takers.role({
      id: random.id('rol'),
      org: given.org ?? null,
      name: given.name,
      permissions: given.permissions ?? [],
      inherits: given.inherits ?? null,
      mfaRequired: given.mfaRequired ?? false,
      createdAt: time,
      eventId,
    })
  } else if (is(MembershipRow, given))
    takers.membership({
      org: given.org,
      emailKey: emailKey(readEmail(given.email)),
      roles: given.roles ?? ['member'],
      joinedAt: time,
      eventId,
    })
  return []
}

const builtInNames: readonly string[] = [...builtInRoles, ...builtInOrgRoles]

const is = <Schema extends (typeof importedKinds)[keyof typeof importedKinds]>(
  schema: Schema,
  given: unknown,
): given is Static<Schema> => Value.Check(schema, given)
