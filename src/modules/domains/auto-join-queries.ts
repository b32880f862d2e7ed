/** How a person becomes a member by the domain of their address. */
import { type SQL, sql } from 'drizzle-orm'
import { preparedByShape } from '../../../db/statements.ts'
import {
  events,
  organisations,
  orgDepartures,
  orgDomains,
  orgMemberRoles,
  orgMembers,
  users,
} from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { mayJoin } from '../members/join-queries.ts'

/** Index users_id, then org_domains_proved and a primary key. */
const joinable = (userId: string | SQL): SQL =>
  sql`FROM ${users} AS reader
    JOIN ${orgDomains} AS proved ON proved.domain = substr(reader.email_key, instr(reader.email_key, '@') + 1) AND proved.verified_at IS NOT NULL AND proved.auto_join
    JOIN ${organisations} AS home ON home.id = proved.org_id AND home.deleted_at IS NULL
    WHERE reader.id = ${userId} AND reader.email_verified AND reader.status = 'active' AND NOT reader.anonymous`

/** The organisation that has proved the domain of this person's verified address, and lets people join by it. */
export const orgOfDomain = (userId: string | SQL): SQL => sql`(SELECT home.id ${joinable(userId)})`

/**
 * Makes the membership, unless the person is a member, left or was removed before, is in 500 organisations, or has an
 * address that the settings refuse. The same indexes, primary keys.
 */
export const joinByDomain = preparedByShape(
  (userId: string | SQL, now: number) =>
    sql`${selectRow(orgMembers, { orgId: sql`home.id`, userId: sql`reader.id`, joinedAt: now })} ${joinable(userId)}
      AND (json_extract(home.settings, '$.emailDomains') IS NULL OR proved.domain IN (SELECT value FROM json_each(home.settings, '$.emailDomains')))
      AND NOT EXISTS (SELECT 1 FROM ${orgMembers} AS here WHERE here.org_id = home.id AND here.user_id = reader.id)
      AND NOT EXISTS (SELECT 1 FROM ${orgDepartures} AS gone WHERE gone.org_id = home.id AND gone.user_id = reader.id)
      AND ${mayJoin(sql`reader.id`)}`,
  (db, select) => db.insert(orgMembers).select(select).returning({ orgId: orgMembers.orgId }),
)

/** Gives the role `member` to the person of this event in its organisation. Primary key of events. */
export const giveRoleOfEvent = preparedByShape(
  (eventId: string) =>
    sql`${selectRow(orgMemberRoles, { orgId: sql`joined.org_id`, userId: sql`joined.user_id`, role: 'member' })} FROM ${events} AS joined WHERE joined.id = ${eventId}`,
  (db, select) => db.insert(orgMemberRoles).select(select),
)
