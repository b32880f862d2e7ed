/**
 * The ways to sign in to an account, so that the last one is never removed: a password, a passkey, an identity of a
 * configured provider, or a mail to a verified address.
 */
import { type Column, type SQL, sql } from 'drizzle-orm'
import { identities, passkeys, users } from '../../../db/tables/index.ts'
import { trusted } from './trust-queries.ts'
import type { Config } from '../../config.ts'
import { issuerPatterns } from '../../lib/provider-issuers.ts'

export interface WaysIn {
  userId: string
  /** The way in that is about to be removed. It does not count. */
  without: { passkeyId: string } | { identityId: string } | { password: true }
  /** Says whether mails are sent, and which providers are configured. */
  config: Pick<Config, 'mailUrl' | 'providers'>
}

/**
 * True if an identity of this issuer can be used: its provider is configured. `issuer` may be a column. Reads no
 * table.
 */
export const isServed = ({ providers }: Pick<Config, 'providers'>, issuer: SQL | Column): SQL =>
  sql`EXISTS (SELECT 1 FROM json_each(${JSON.stringify(providers.flatMap((provider) => issuerPatterns(provider.issuer)))}) AS served WHERE ${issuer} GLOB served.value)`

/**
 * For the WHERE of the statement that removes a way in: true if another one remains. A mail is a way in only with a
 * verified address: an unverified address may be mistyped or belong to another person. An anonymous account has no
 * address, so neither a mail nor a password counts. Two removals at once cannot remove both ways: they are two
 * statements of one database, and the second counts the ways that the first left. Indexes users_id, passkeys_user,
 * identities_user.
 */
export const hasOtherWayIn = ({ userId, without, config }: WaysIn): SQL =>
  sql`(EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = ${userId} AND NOT owner.anonymous AND ((owner.password_hash IS NOT NULL AND NOT ${'password' in without ? 1 : 0}) OR (owner.email_verified AND ${config.mailUrl === undefined ? 0 : 1})))
    OR EXISTS (SELECT 1 FROM ${passkeys} AS other_key WHERE other_key.user_id = ${userId} AND other_key.id <> ${'passkeyId' in without ? without.passkeyId : ''} AND ${trusted('other_key')})
    OR EXISTS (SELECT 1 FROM ${identities} AS other_identity WHERE other_identity.user_id = ${userId} AND other_identity.id <> ${'identityId' in without ? without.identityId : ''} AND ${trusted('other_identity')} AND ${isServed(config, sql`other_identity.issuer`)}))`
