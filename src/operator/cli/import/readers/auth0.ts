/**
 * Auth0: the export of its Management API or of its extension (JSON Lines or CSV), the export of password hashes that its support makes, and
 * the rows of its bulk import. Auth0, "Bulk User Exports", "Bulk User Import Database Schema", "Password Hashes Export".
 */
import { foreignColumns } from '../csv-rows.ts'
import {
  fullName,
  isTrue,
  listOf,
  metadataOf,
  ownWords,
  type Reader,
  rowOf,
  statusOf,
  textOf,
  timeOf,
  usernameOf,
  type Values,
  valuesOf,
  WITHOUT_EMAIL,
} from './reader.ts'

/** The extension names its columns `Email Verified`. */
const plain = (name: string): string => name.toLowerCase().replaceAll(' ', '_')
const withPlainNames = (record: Values): Values =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [plain(name), value]))

const READS =
  'email,email_verified,identifiers,name,given_name,family_name,passwordhash,password_hash,blocked,username,user_metadata,app_metadata,created_at,user_id,id,_id,alt_id'

/** The e-mail of a record of the hash export may be in its list of identifiers alone. */
function addressOf(record: Values): { email: string | undefined; verified: boolean } {
  const email = textOf(record.email)
  if (email !== undefined) return { email, verified: isTrue(record.email_verified) }
  const found = listOf(record.identifiers)
    .map(valuesOf)
    .find(({ type }) => type === 'email')
  return { email: textOf(found?.value), verified: isTrue(found?.verified) }
}

const hashOf = (record: Values): string | undefined => textOf(record.passwordhash ?? record.password_hash)

export const auth0: Reader = {
  csv: { ...foreignColumns, heading: (names, line) => foreignColumns.heading(names.map(plain), line) },
  reads: READS.split(','),
  plain,
  take(given, { auth0Hashes }) {
    const record = withPlainNames(given)
    const { email, verified } = addressOf(record)
    if (email === undefined) return WITHOUT_EMAIL
    const id = textOf(record.user_id ?? record.id)
    // An account at Google with the same e-mail must not get the password of the account at the database.
    const known = id === undefined ? auth0Hashes?.get(email.toLowerCase()) : auth0Hashes?.get(id)
    const name = textOf(record.name)
    const { username, left } = usernameOf(record.username, email)
    return {
      user: rowOf({
        email,
        // Auth0 writes the e-mail as the name of an account that has none.
        name: name === undefined || name === email ? fullName(record.given_name, record.family_name) : name,
        username,
        emailVerified: verified,
        passwordHash: hashOf(record) ?? known,
        status: statusOf(isTrue(record.blocked)),
        createdAt: timeOf(record.created_at),
        publicMetadata: ownWords('user_metadata', record.user_metadata),
        privateMetadata: metadataOf(record.app_metadata),
      }),
      left,
    }
  },
}

/** The keys of an account in `auth0Hashes`, and its hash. The id has the prefix `auth0|` in the export of users. */
export function readAuth0Hash(given: Values): { keys: readonly string[]; hash: string } | undefined {
  const record = withPlainNames(given)
  const hash = hashOf(record)
  if (hash === undefined) return undefined
  const id = textOf(record.alt_id) ?? textOf(valuesOf(record._id).$oid)
  const keys = [id === undefined ? undefined : `auth0|${id}`, addressOf(record).email?.toLowerCase()]
  return { keys: keys.filter((key) => key !== undefined), hash }
}
