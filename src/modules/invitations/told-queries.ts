/** What an invited person is told: by the link of the mail, or in the list of their own invitations. */
import { and, desc, eq, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { invitations, organisations } from '../../../db/tables/index.ts'
import { inviterName, joined, living, ofUser } from './queries.ts'

const inviting = {
  roles: invitations.roles,
  inviterName,
  sentAt: invitations.sentAt,
  expiresAt: invitations.expiresAt,
  org: { id: organisations.id, name: organisations.name, slug: organisations.slug },
}

/** The valid invitation of a token. Index invitations_hash. */
export const invitationOfToken = (db: Database, hash: string, now: number) =>
  db
    .select(inviting)
    .from(invitations)
    .innerJoin(organisations, eq(organisations.id, invitations.orgId))
    .where(and(eq(invitations.hash, hash), living(now)))
    .limit(1)

/** The valid invitations for the verified address of a person. Index invitations_email. */
export const invitationsOf = (db: Database, userId: string, emailKey: string, now: number, limit: number) =>
  db
    .select({ id: invitations.id, ...inviting })
    .from(invitations)
    .innerJoin(organisations, eq(organisations.id, invitations.orgId))
    .where(
      and(
        eq(invitations.emailKey, emailKey),
        living(now),
        ofUser(userId, sql`reader.email_verified`),
        sql`NOT ${joined(userId)}`,
      ),
    )
    .orderBy(desc(invitations.id))
    .limit(limit)
