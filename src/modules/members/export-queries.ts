/** The memberships in the export of an account. */
import { sql } from 'drizzle-orm'
import { organisations, orgMemberRoles, orgMembers } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** Index org_members_user, primary keys. */
export const membershipRows: SectionRows = (userId, after, limit) =>
  sql`SELECT joined.org_id AS "key", json_object('orgId', joined.org_id, 'name', org.name, 'slug', org.slug, 'joinedAt', joined.joined_at,
        'roles', json((SELECT json_group_array(role) FROM (SELECT held.role FROM ${orgMemberRoles} AS held WHERE held.org_id = joined.org_id AND held.user_id = joined.user_id ORDER BY held.role)))) AS item
      FROM ${orgMembers} AS joined JOIN ${organisations} AS org ON org.id = joined.org_id
      WHERE joined.user_id = ${userId} AND joined.org_id > ${after} ORDER BY joined.org_id LIMIT ${limit}`
