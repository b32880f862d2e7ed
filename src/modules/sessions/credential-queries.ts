/** Whether what a program shows has ended, for the batch of what it writes. What else it rests on, its principal has asked. */
import { type SQL, sql } from 'drizzle-orm'
import { apiKeys, grants, oauthClients, sessions, tokenFamilies } from '../../../db/tables/index.ts'
import { trusted } from '../users/trust-queries.ts'

/** True while the key is neither revoked nor expired, and its owner trusts it. Primary key, users_id. */
export const keyLives = (id: string, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${apiKeys} AS acting WHERE acting.id = ${id} AND acting.revoked_at IS NULL AND (acting.expires_at IS NULL OR acting.expires_at > ${now})
    AND (acting.user_id IS NULL OR ${trusted('acting')}))`

/** True while the client is neither deleted nor disabled nor expired. Primary key. */
export const clientLives = (id: string, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${oauthClients} AS acting WHERE acting.id = ${id} AND acting.status = 'active' AND (acting.expires_at IS NULL OR acting.expires_at > ${now}))`

/**
 * True while tokens of the family are good: neither it nor its grant has ended, nor its session if it ends with one, and the person
 * trusts them. Primary keys, users_id.
 */
export const familyLives = (id: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${tokenFamilies} AS acting JOIN ${grants} AS allowing ON allowing.id = acting.grant_id
    WHERE acting.id = ${id} AND acting.ended_at IS NULL AND ${trusted('acting')} AND allowing.ended_at IS NULL AND ${trusted('allowing')}
    AND (acting.offline OR acting.session_id IS NULL OR EXISTS (SELECT 1 FROM ${sessions} AS opened WHERE opened.id = acting.session_id AND opened.ended_at IS NULL AND ${trusted('opened')})))`
