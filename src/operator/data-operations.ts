/** The operations behind the imports and exports. */
import { type Static, Type } from '@sinclair/typebox'
import { systemCause } from '../core/events/new-event.ts'
import type { Deps } from '../deps.ts'
import { exportOrgs } from '../modules/orgs/export-orgs.ts'
import { type ImportedOrgRow, importOrgs } from '../modules/orgs/import-orgs.ts'
import { MAX_IMPORTED_ROWS } from '../modules/orgs/import-schema.ts'
import { exportFormats } from '../modules/users/export-schema.ts'
import { exportUsers } from '../modules/users/export-users.ts'
import type { ImportReport } from '../modules/users/import-schema.ts'
import { importUsers } from '../modules/users/import-users.ts'
import { parse } from './parse-input.ts'

/** The most rows of a batch. The socket takes no more than a megabyte, so so many are sent in one process alone. */
export const MAX_ROWS_ALONE = 1_500

const UserImport = Type.Object(
  {
    users: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_ROWS_ALONE }),
    /** Judge the rows and write nothing. */
    dryRun: Type.Boolean(),
  },
  { additionalProperties: false },
)

const UserExport = Type.Object(
  { format: Type.Union(exportFormats.map((format) => Type.Literal(format))), hashes: Type.Boolean() },
  { additionalProperties: false },
)

const OrgImport = Type.Object(
  { rows: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_IMPORTED_ROWS }), dryRun: Type.Boolean() },
  { additionalProperties: false },
)

const OrgExport = Type.Object(
  { format: Type.Union(exportFormats.map((format) => Type.Literal(format))) },
  { additionalProperties: false },
)

/** The input and the items of these operations. */
export interface DataOperations {
  'users.import': { input: Static<typeof UserImport>; item: ImportReport }
  'users.export': { input: Static<typeof UserExport>; item: { text: string } }
  'orgs.import': { input: Static<typeof OrgImport>; item: { items: ImportedOrgRow[] } }
  'orgs.export': { input: Static<typeof OrgExport>; item: { text: string } }
}

type Items<Name extends keyof DataOperations> = AsyncGenerator<{ item: DataOperations[Name]['item'] }, void, undefined>

export const dataOperations: { [Name in keyof DataOperations]: (deps: Deps, input: unknown) => Items<Name> } = {
  async *'users.import'(deps, input) {
    const { users, dryRun } = parse(UserImport, input)
    yield { item: await importUsers(deps, systemCause, users, { dryRun }) }
  },

  async *'users.export'(deps, input) {
    for await (const text of await exportUsers(deps, systemCause, parse(UserExport, input))) yield { item: { text } }
  },

  async *'orgs.import'(deps, input) {
    const { rows, dryRun } = parse(OrgImport, input)
    yield { item: { items: await importOrgs(deps, rows, { dryRun }) } }
  },

  async *'orgs.export'(deps, input) {
    for await (const text of exportOrgs(deps, parse(OrgExport, input).format)) yield { item: { text } }
  },
}
