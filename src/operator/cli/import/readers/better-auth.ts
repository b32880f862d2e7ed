/**
 * The tables `user` and `account` of better-auth (its documentation, "Database", core schema), joined: a row of `user` with
 * the `password` of its account `credential`, or with its accounts as a list `accounts`. `username` is of its plugin of that name.
 */
import { foreignColumns } from '../csv-rows.ts'
import {
  isTrue,
  listOf,
  type Reader,
  rowOf,
  statusOf,
  textOf,
  timeOf,
  usernameOf,
  valuesOf,
  WITHOUT_EMAIL,
} from './reader.ts'

export const betterAuth: Reader = {
  csv: foreignColumns,
  arrayIn: 'users',
  reads: ['email', 'name', 'username', 'emailVerified', 'password', 'accounts', 'banned', 'createdAt', 'isAnonymous'],
  take(record) {
    const email = textOf(record.email)
    if (email === undefined) return WITHOUT_EMAIL
    if (isTrue(record.isAnonymous)) return { left: ['anonymous users'] }
    const accounts = listOf(record.accounts).map(valuesOf)
    const credential = accounts.find(({ providerId }) => providerId === 'credential')
    const { username, left } = usernameOf(record.username, email)
    return {
      user: rowOf({
        email,
        name: textOf(record.name),
        username,
        emailVerified: isTrue(record.emailVerified),
        passwordHash: textOf(record.password ?? credential?.password),
        status: statusOf(isTrue(record.banned)),
        createdAt: timeOf(record.createdAt),
      }),
      left: [...left, ...(accounts.some((account) => account !== credential) ? ['accounts at other providers'] : [])],
    }
  },
}
