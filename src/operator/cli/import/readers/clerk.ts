/** Clerk: the CSV of its dashboard ("Export your users"), and the JSON of its Backend API (`User`). */
import { foreignColumns } from '../csv-rows.ts'
import {
  fullName,
  isTrue,
  listOf,
  metadataOf,
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

/** Hash functions whose digests this server reads in the form of Clerk. */
const HASHERS = ['bcrypt', 'bcrypt_sha256_django', 'argon2i', 'argon2id', 'pbkdf2_sha256_django']

const READS =
  'primary_email_address,verified_email_addresses,unverified_email_addresses,email_addresses,primary_email_address_id,first_name,last_name,password_digest,password_hasher,banned,created_at,username,public_metadata,private_metadata'

interface Address {
  email: string | undefined
  verified: boolean
  /** The account has more addresses. */
  others: boolean
}

const words = (value: unknown): string[] => (textOf(value) ?? '').split(/[\s,|;]+/).filter(Boolean)

function addressOf(record: Values): Address {
  const listed = listOf(record.email_addresses).map(valuesOf)
  if (listed.length > 0) {
    const primary = listed.find(({ id }) => id === record.primary_email_address_id) ?? listed[0]
    return {
      email: textOf(primary?.email_address),
      verified: valuesOf(primary?.verification).status === 'verified',
      others: listed.length > 1,
    }
  }
  const verified = words(record.verified_email_addresses)
  const all = [...verified, ...words(record.unverified_email_addresses)]
  const email = textOf(record.primary_email_address) ?? all[0]
  return { email, verified: email !== undefined && verified.includes(email), others: all.some((one) => one !== email) }
}

export const clerk: Reader = {
  csv: foreignColumns,
  arrayIn: 'data',
  reads: READS.split(','),
  take(record) {
    const { email, verified, others } = addressOf(record)
    if (email === undefined) return WITHOUT_EMAIL
    const digest = textOf(record.password_digest)
    const hasher = textOf(record.password_hasher)
    const readable = digest !== undefined && (hasher === undefined || HASHERS.includes(hasher))
    const { username, left } = usernameOf(record.username, email)
    return {
      user: rowOf({
        email,
        name: fullName(record.first_name, record.last_name),
        username,
        emailVerified: verified,
        passwordHash: readable ? digest : undefined,
        status: statusOf(isTrue(record.banned)),
        createdAt: timeOf(record.created_at),
        publicMetadata: metadataOf(record.public_metadata),
        privateMetadata: metadataOf(record.private_metadata),
      }),
      left: [
        ...left,
        ...(others ? ['other e-mails of users'] : []),
        ...(digest !== undefined && !readable ? [`passwords with ${hasher}`] : []),
      ],
    }
  },
}
