/** Firebase: `firebase auth:export`, as JSON or as CSV without a heading. Firebase, "auth:import and auth:export". */
import { UsageError } from '../../command.ts'
import { foreignColumns } from '../csv-rows.ts'
import { isTrue, metadataOf, type Reader, rowOf, statusOf, textOf, timeOf, WITHOUT_EMAIL } from './reader.ts'

const ofProvider = (name: string): string[] => ['Id', 'Email', 'DisplayName', 'PhotoUrl'].map((field) => name + field)

export const firebase: Reader = {
  arrayIn: 'users',
  csv: {
    ...foreignColumns,
    columns: [
      ...['localId', 'email', 'emailVerified', 'passwordHash', 'salt', 'displayName', 'photoUrl'],
      ...['google', 'facebook', 'twitter', 'github'].flatMap(ofProvider),
      ...['createdAt', 'lastSignedInAt', 'phoneNumber', 'disabled', 'customAttributes'],
    ],
  },
  reads: ['email', 'emailVerified', 'passwordHash', 'salt', 'displayName', 'disabled', 'createdAt', 'customAttributes'],
  take(record, { firebaseHash }) {
    const email = textOf(record.email)
    if (email === undefined) return WITHOUT_EMAIL
    const hash = textOf(record.passwordHash)
    // Imported without it, the user would stay without a password, because the import changes no existing user.
    if (hash !== undefined && firebaseHash === undefined)
      throw new UsageError('The users have passwords: --firebase-config FILE has the parameters of their hashes.')
    return {
      user: rowOf({
        email,
        name: textOf(record.displayName),
        emailVerified: isTrue(record.emailVerified),
        passwordHash: hash === undefined ? undefined : firebaseHash?.(hash, textOf(record.salt) ?? ''),
        status: statusOf(isTrue(record.disabled)),
        createdAt: timeOf(record.createdAt),
        // Custom claims: only the operator writes them, and the person reads them in the token.
        publicMetadata: metadataOf(record.customAttributes),
      }),
    }
  },
}

/**
 * Reads the block `hash_config { … }` that the console shows under "Password hash parameters". Throws `UsageError` if a part
 * is missing, or if the algorithm is another one. It repeats no value, because they are secret.
 */
export function readFirebaseConfig(text: string): (hash: string, salt: string) => string {
  const value = (name: string): string | undefined =>
    new RegExp(`\\b${name}"?\\s*[:=]\\s*"?([\\w+/=-]+)`).exec(text)?.[1]
  const algorithm = value('algorithm')
  if (algorithm !== undefined && algorithm !== 'SCRYPT')
    throw new UsageError('--firebase-config: the algorithm is not SCRYPT, the one of Firebase.')
  const [key, separator, rounds, cost] = ['base64_signer_key', 'base64_salt_separator', 'rounds', 'mem_cost'].map(
    (name) => {
      const found = value(name)
      if (found === undefined) throw new UsageError(`--firebase-config: there is no ${name}.`)
      return found
    },
  )
  return (hash, salt) => `$fbscrypt$v=1,n=${cost},r=${rounds},p=1,ss=${separator},sk=${key}$${salt}$${hash}`
}
