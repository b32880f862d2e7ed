/** Supabase: the table `auth.users` of its database, or the users of its Admin API, which have no hash. */
import { foreignColumns } from '../csv-rows.ts'
import { isTrue, type Reader, rowOf, statusOf, textOf, timeOf, valuesOf, WITHOUT_EMAIL } from './reader.ts'

const READS =
  'email,email_confirmed_at,encrypted_password,raw_user_meta_data,user_metadata,banned_until,deleted_at,is_anonymous,created_at'

export const supabase: Reader = {
  csv: foreignColumns,
  arrayIn: 'users',
  reads: READS.split(','),
  take(record) {
    if (textOf(record.deleted_at) !== undefined) return { left: ['deleted users'] }
    if (isTrue(record.is_anonymous)) return { left: ['anonymous users'] }
    const email = textOf(record.email)
    if (email === undefined) return WITHOUT_EMAIL
    const metadata = valuesOf(record.raw_user_meta_data ?? record.user_metadata)
    return {
      user: rowOf({
        email,
        name: textOf(metadata.full_name) ?? textOf(metadata.name),
        emailVerified: textOf(record.email_confirmed_at) !== undefined,
        passwordHash: textOf(record.encrypted_password),
        // Also if the ban is over: an operator decides who comes back.
        status: statusOf(textOf(record.banned_until) !== undefined),
        createdAt: timeOf(record.created_at),
      }),
      left: Object.keys(metadata).some((key) => key !== 'full_name' && key !== 'name') ? ['metadata of users'] : [],
    }
  },
}
