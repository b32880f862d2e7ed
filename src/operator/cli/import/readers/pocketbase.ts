/**
 * PocketBase: the table of an auth collection (`sqlite3 -json`, `-csv`), or its records as the API lists them, which have no
 * hash. The column of the hash is `password`, and `passwordHash` before version 0.23, when there was a `username` too.
 */
import { foreignColumns } from '../csv-rows.ts'
import { isTrue, type Reader, rowOf, textOf, timeOf, usernameOf, WITHOUT_EMAIL } from './reader.ts'

export const pocketbase: Reader = {
  csv: foreignColumns,
  arrayIn: 'items',
  reads: ['email', 'verified', 'name', 'username', 'password', 'passwordHash', 'created'],
  take(record) {
    const email = textOf(record.email)
    if (email === undefined) return WITHOUT_EMAIL
    const { username, left } = usernameOf(record.username, email)
    return {
      user: rowOf({
        email,
        name: textOf(record.name),
        username,
        emailVerified: isTrue(record.verified),
        passwordHash: textOf(record.password ?? record.passwordHash),
        createdAt: timeOf(record.created),
      }),
      left,
    }
  },
}
