/** Users who are imported from another system. */
import { type Static, Type } from '@sinclair/typebox'
import { Email } from '../../lib/email.ts'
import { MAX_HASH_CHARACTERS } from '../../lib/foreign-hashes/read-hash.ts'
import { FALSE, TRUE } from '../../lib/truth-words.ts'
import { CreateUser, UserId, UserName } from './schema.ts'

export const MAX_IMPORTED_USERS = 1000

const EXAMPLE = { email: 'ada@example.com', name: 'Ada Lovelace', emailVerified: true }

/** One row. Rows are checked one by one, so a wrong row does not stop the import of the others. */
export const ImportUser = Type.Object(
  {
    email: Email,
    name: Type.Optional(UserName),
    username: CreateUser.properties.username,
    locale: CreateUser.properties.locale,
    emailVerified: Type.Optional(
      Type.Boolean({
        description: 'Whether the other system has verified the address. Default: false.',
        'x-expected': `true or false; in CSV also ${[...TRUE.slice(1), ...FALSE.slice(1)].join(', ')}. Words of other languages, such as VRAI, WAHR or SIM, are not accepted: replace them`,
      }),
    ),
    passwordHash: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: MAX_HASH_CHARACTERS,
        description:
          'The hash as the other system stored it: argon2, bcrypt, scrypt (better-auth, Firebase, Django), PBKDF2 (Django, ASP.NET Identity, Keycloak). Absent: the user has no password.',
        examples: ['$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW'],
      }),
    ),
    roles: CreateUser.properties.roles,
    status: Type.Optional(
      Type.Union([Type.Literal('active'), Type.Literal('disabled')], { description: 'Default: active.' }),
    ),
    createdAt: Type.Optional(
      Type.String({
        maxLength: 40,
        description:
          'When the account was created in the other system: ISO 8601 with a time zone (RFC 3339), since 1970. Default: now.',
        examples: ['2019-03-05T08:15:30Z'],
      }),
    ),
    publicMetadata: CreateUser.properties.publicMetadata,
    privateMetadata: CreateUser.properties.privateMetadata,
  },
  { additionalProperties: false },
)
export type ImportUser = Static<typeof ImportUser>

export const ImportUsers = Type.Object(
  {
    users: Type.Array(
      // Documents the fields of a row without checking them: the report contains the errors of each row.
      Type.Record(Type.String(), Type.Unknown(), {
        title: 'ImportUser',
        properties: ImportUser.properties,
        required: ['email'],
      }),
      { minItems: 1, maxItems: MAX_IMPORTED_USERS, examples: [[EXAMPLE]] },
    ),
  },
  { additionalProperties: false, title: 'ImportUsers' },
)

const RowError = Type.Object({
  path: Type.String({ description: 'JSON Pointer into the row.', examples: ['/passwordHash'] }),
  message: Type.String({ examples: ['This password hash needs more than 262144 KiB of memory (m).'] }),
})

export const ImportReport = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        index: Type.Integer({ minimum: 0, description: 'The index of the row in users.' }),
        status: Type.Union([Type.Literal('created'), Type.Literal('exists'), Type.Literal('refused')], {
          description: 'exists: a user has this e-mail and stays unchanged.',
        }),
        id: Type.Optional(UserId),
        errors: Type.Optional(Type.Array(RowError)),
      }),
      { description: 'One for each row, in the order of the rows.' },
    ),
    created: Type.Integer({ minimum: 0 }),
    exists: Type.Integer({ minimum: 0 }),
    refused: Type.Integer({ minimum: 0, examples: [0] }),
  },
  { title: 'ImportReport' },
)
export type ImportReport = Static<typeof ImportReport>
export type ImportedRow = ImportReport['items'][number]
