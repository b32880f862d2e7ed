/** Supabase: the table `auth.users` of its database, or the users of its Admin API, which have no hash. */
import { foreignColumns } from '../csv-rows.ts'
import {
  isTrue,
  metadataOf,
  ownWords,
  type Reader,
  rowOf,
  statusOf,
  textOf,
  timeOf,
  valuesOf,
  WITHOUT_EMAIL,
  withoutFields,
} from './reader.ts'

const READS =
  'email,email_confirmed_at,encrypted_password,raw_user_meta_data,user_metadata,raw_app_meta_data,app_metadata,banned_until,deleted_at,is_anonymous,created_at'

/** What Supabase writes into the metadata itself, and what becomes `name`. */
const OF_SUPABASE = 'full_name,name,email,email_verified,phone_verified,sub,iss,provider_id,provider,providers'.split(
  ',',
)

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
        publicMetadata: ownWords('user_metadata', withoutFields(metadata, OF_SUPABASE)),
        privateMetadata: metadataOf(
          withoutFields(valuesOf(record.raw_app_meta_data ?? record.app_metadata), OF_SUPABASE),
        ),
      }),
    }
  },
}
