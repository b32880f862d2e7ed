/**
 * Logto: the table `users` of its database (`packages/schemas/tables/users.sql`), or the users of its Management API, which
 * have no hash.
 */
import { foreignColumns } from '../csv-rows.ts'
import { isTrue, ownWords, type Reader, rowOf, statusOf, textOf, timeOf, usernameOf, WITHOUT_EMAIL } from './reader.ts'

/** The others are fast hashes, or a list of steps of a legacy system. */
const METHODS = ['Argon2i', 'Argon2id', 'Argon2d', 'Bcrypt']

const READS =
  'primary_email,primaryEmail,name,password_encrypted,password_encryption_method,is_suspended,isSuspended,created_at,createdAt,username,custom_data,customData'

export const logto: Reader = {
  csv: foreignColumns,
  reads: READS.split(','),
  take(record) {
    const email = textOf(record.primary_email ?? record.primaryEmail)
    if (email === undefined) return WITHOUT_EMAIL
    const stored = textOf(record.password_encrypted)
    const method = textOf(record.password_encryption_method) ?? ''
    const readable = stored !== undefined && METHODS.includes(method)
    const { username, left } = usernameOf(record.username, email)
    return {
      user: rowOf({
        email,
        name: textOf(record.name),
        username,
        // For Logto every primary e-mail is verified: its tokens say so in email_verified.
        emailVerified: true,
        passwordHash: readable ? stored : undefined,
        status: statusOf(isTrue(record.is_suspended ?? record.isSuspended)),
        createdAt: timeOf(record.created_at ?? record.createdAt),
        publicMetadata: ownWords('custom_data', record.custom_data ?? record.customData),
      }),
      left: [
        ...left,
        ...(stored !== undefined && !readable ? [`passwords with ${method || 'an unknown method'}`] : []),
      ],
    }
  },
}
