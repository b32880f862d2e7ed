/** What is held about a user, in sections that are read page by page: no account is too large to be handed over. */
import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import {
  events,
  identities,
  jobs,
  knownDevices,
  oneTimeTokens,
  passkeys,
  recoveryCodes,
  rememberedDevices,
  sessions,
  totpSecrets,
  users,
} from '../../../db/tables/index.ts'
import { userColumns } from '../users/queries.ts'

/** A row of a section, and what stands after it in the order of its pages. */
export type Entry = [key: string, item: Record<string, unknown>]

const decode = (json: string): Entry[] => JSON.parse(json) as Entry[] // json_group_array of the json_arrays below

/** `rows` selects `key` and `item` of some rows, in order. */
const page = (rows: SQL): SQL<Entry[]> =>
  sql`(SELECT json_group_array(json(entry)) FROM (SELECT json_array("key", json(item)) AS entry FROM (${rows})))`.mapWith(
    decode,
  )

/** Each section: its rows, never a hash, and nothing that would open an account. */
const sections = {
  /** Index sessions_user. */
  sessions: (userId: string, after: string, limit: number) =>
    sql`SELECT id AS "key", json_object('id', id, 'kind', kind, 'address', address, 'userAgent', user_agent, 'createdAt', created_at, 'authenticatedAt', nullif(authenticated_at, 0), 'lastSeenAt', last_seen_at, 'expiresAt', expires_at, 'endedAt', ended_at, 'amr', json(coalesce(amr, '[]'))) AS item
      FROM ${sessions} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`,
  /** Primary key. */
  knownDevices: (userId: string, after: string, limit: number) =>
    sql`SELECT device || char(10) || network AS "key", json_object('device', device, 'network', network, 'firstSeenAt', first_seen_at, 'lastSeenAt', last_seen_at) AS item
      FROM ${knownDevices} WHERE user_id = ${userId} AND device || char(10) || network > ${after} ORDER BY 1 LIMIT ${limit}`,
  /** Index identities_user. Never the tokens. */
  identities: (userId: string, after: string, limit: number) =>
    sql`SELECT id AS "key", json_object('id', id, 'provider', provider, 'issuer', issuer, 'subject', subject, 'email', email, 'createdAt', created_at, 'lastUsedAt', last_used_at) AS item
      FROM ${identities} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`,
  /** Index passkeys_user. Never the keys. */
  passkeys: (userId: string, after: string, limit: number) =>
    sql`SELECT id AS "key", json_object('id', id, 'name', name, 'credentialId', credential_id, 'backedUp', json(iif(backed_up, 'true', 'false')), 'createdAt', created_at, 'lastUsedAt', last_used_at, 'flaggedAt', flagged_at) AS item
      FROM ${passkeys} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`,
  /** Primary key. Never the seed. */
  authenticatorApps: (userId: string, after: string, limit: number) =>
    sql`SELECT user_id AS "key", json_object('createdAt', created_at, 'confirmedAt', confirmed_at) AS item
      FROM ${totpSecrets} WHERE user_id = ${userId} AND user_id > ${after} ORDER BY user_id LIMIT ${limit}`,
  /** Primary key. When, and never which. */
  recoveryCodes: (userId: string, after: string, limit: number) =>
    sql`SELECT hash AS "key", json_object('createdAt', created_at, 'usedAt', used_at) AS item
      FROM ${recoveryCodes} WHERE user_id = ${userId} AND hash > ${after} ORDER BY hash LIMIT ${limit}`,
  /** Index remembered_devices_user. */
  rememberedDevices: (userId: string, after: string, limit: number) =>
    sql`SELECT id AS "key", json_object('id', id, 'device', device, 'address', address, 'createdAt', created_at, 'lastUsedAt', last_used_at, 'expiresAt', expires_at) AS item
      FROM ${rememberedDevices} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`,
  /** Index one_time_tokens_user. */
  linksAndCodes: (userId: string, after: string, limit: number) =>
    sql`SELECT id AS "key", json_object('purpose', purpose, 'email', email, 'createdAt', created_at, 'expiresAt', expires_at, 'usedAt', used_at) AS item
      FROM ${oneTimeTokens} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`,
  /** Index jobs_user. */
  mails: (userId: string, after: string, limit: number) =>
    sql`SELECT id AS "key", json_object('id', id, 'state', state, 'attempts', attempts, 'createdAt', created_at, 'finishedAt', finished_at) AS item
      FROM ${jobs} WHERE user_id = ${userId} AND kind = 'mail' AND id > ${after} ORDER BY id LIMIT ${limit}`,
  /**
   * What the user did and what was done to the account; where somebody else with an account was, is theirs and left out.
   * Indexes events_user and events_actor, then the primary key.
   */
  events: (userId: string, after: string, limit: number) =>
    sql`SELECT id AS "key", json_object('id', id, 'type', type, 'result', result, 'at', at, 'actorId', actor_id, 'userId', user_id, 'sessionId', session_id,
        'address', CASE WHEN coalesce(actor_id, ${userId}) = ${userId} THEN address END, 'userAgent', CASE WHEN coalesce(actor_id, ${userId}) = ${userId} THEN user_agent END, 'requestId', request_id, 'data', json(data)) AS item
      FROM ${events} WHERE id IN (
        SELECT id FROM (SELECT id FROM ${events} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit})
        UNION SELECT id FROM (SELECT id FROM ${events} WHERE actor_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}))
      ORDER BY id LIMIT ${limit}`,
} satisfies Record<string, (userId: string, after: string, limit: number) => SQL>

export type SectionName = keyof typeof sections
export const sectionNames = Object.keys(sections) as SectionName[] // the keys of a literal

/** The account and the first page of each section, in one statement. Index users_id, and those of the sections. */
export const accountWithFirstPages = (db: Database, userId: string, limit: number) =>
  db
    .select({
      ...userColumns,
      locale: users.locale,
      hasPassword: sql`${users.passwordHash} IS NOT NULL`.mapWith(Boolean).as('has_password'),
      sessions: page(sections.sessions(userId, '', limit)).as('first_sessions'),
      knownDevices: page(sections.knownDevices(userId, '', limit)).as('first_devices'),
      identities: page(sections.identities(userId, '', limit)).as('first_identities'),
      passkeys: page(sections.passkeys(userId, '', limit)).as('first_passkeys'),
      authenticatorApps: page(sections.authenticatorApps(userId, '', limit)).as('first_apps'),
      recoveryCodes: page(sections.recoveryCodes(userId, '', limit)).as('first_codes'),
      rememberedDevices: page(sections.rememberedDevices(userId, '', limit)).as('first_remembered'),
      linksAndCodes: page(sections.linksAndCodes(userId, '', limit)).as('first_links'),
      mails: page(sections.mails(userId, '', limit)).as('first_mails'),
      events: page(sections.events(userId, '', limit)).as('first_events'),
    })
    .from(users)
    .where(eq(users.id, userId))
    .limit(1)

/** The page of a section after a key. */
export const nextPage = (db: Database, section: SectionName, userId: string, after: string, limit: number) =>
  db.select({ entries: page(sections[section](userId, after, limit)).as('entries') }).from(sql`(SELECT 1)`)
