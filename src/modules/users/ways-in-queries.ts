/**
 * How somebody can still get in to their account, so that the last way is never taken away: by a password, a passkey, an
 * identity at a provider that is configured, or a mail to an address they are known to read.
 */
import { type Column, type SQL, sql } from 'drizzle-orm'
import { identities, passkeys, users } from '../../../db/tables/index.ts'
import { trusted } from './trust-queries.ts'
import type { Config } from '../../config.ts'
import { issuerPatterns } from '../../lib/provider-issuers.ts'

export interface WaysIn {
  userId: string
  /** Does not count: it is about to be removed. */
  without: { passkeyId: string } | { identityId: string } | { password: true }
  /** Mails are sent at all, and which providers there are. */
  config: Pick<Config, 'mailUrl' | 'providers'>
}

/**
 * Whether an identity of this issuer can still be signed in with: its provider is configured. For a column `issuer`. No
 * table is read.
 */
export const isServed = ({ providers }: Pick<Config, 'providers'>, issuer: SQL | Column): SQL =>
  sql`EXISTS (SELECT 1 FROM json_each(${JSON.stringify(providers.flatMap((provider) => issuerPatterns(provider.issuer)))}) AS served WHERE ${issuer} GLOB served.value)`

/**
 * For the WHERE of the statement that removes a way in: another one is left. A mail is a way only to a verified address of
 * a person: one that was never verified may be somebody else's, or mistyped, and an anonymous account has none, nor an address to sign in with a password under.
 * Two removals at once cannot take both: they are two statements of one database, and the second counts what the first left.
 * Indexes users_id, passkeys_user, identities_user.
 */
export const hasOtherWayIn = ({ userId, without, config }: WaysIn): SQL =>
  sql`(EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = ${userId} AND NOT owner.anonymous AND ((owner.password_hash IS NOT NULL AND NOT ${'password' in without ? 1 : 0}) OR (owner.email_verified AND ${config.mailUrl === undefined ? 0 : 1})))
    OR EXISTS (SELECT 1 FROM ${passkeys} AS other_key WHERE other_key.user_id = ${userId} AND other_key.id <> ${'passkeyId' in without ? without.passkeyId : ''} AND ${trusted('other_key')})
    OR EXISTS (SELECT 1 FROM ${identities} AS other_identity WHERE other_identity.user_id = ${userId} AND other_identity.id <> ${'identityId' in without ? without.identityId : ''} AND ${trusted('other_identity')} AND ${isServed(config, sql`other_identity.issuer`)}))`
