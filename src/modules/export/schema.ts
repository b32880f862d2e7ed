import { type TProperties, Type } from '@sinclair/typebox'
import type { FieldTypes } from '../../core/feature.ts'
import { together } from '../../declared.ts'
import { ManagedUser, Timestamp } from '../users/schema.ts'

const nullable = (description: string, example: string | null = null) =>
  Type.Union([Type.String(), Type.Null()], { description, examples: [example] })
const time = (description: string) =>
  Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description,
    examples: ['2026-07-09T12:00:00.000Z'],
  })
const types: FieldTypes = { Type, timestamp: Timestamp, time, nullable }

/** One list for each section that a feature declares. */
const sections: TProperties = Object.fromEntries(
  Object.entries(together('exports')).map(([name, { description, fields }]) => [
    name,
    Type.Array(Type.Object(fields(types)), { description }),
  ]),
)

/** All data of a user, without the secrets that open the account: no hash, no token, no key. */
export const AccountExport = Type.Object(
  {
    exportedAt: Timestamp,
    user: Type.Composite([Type.Object(ManagedUser.properties), Type.Object({ hasPassword: Type.Boolean() })]),
    ...sections,
  },
  {
    title: 'AccountExport',
    description: 'All data of an account.',
  },
)
