import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** Columns without their table, because SQLite requires this in an index. */
export const PROVED = sql.raw('verified_at IS NOT NULL')

/** Organisations. `version` counts changes and is the ETag. */
export const organisations = sqliteTable(
  'organisations',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    slug: text('slug').notNull(),
    /** What the organisation requires of its members (`src/core/authz/org-settings.ts`). */
    settings: text('settings', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** When an owner deleted it. It can be restored until its grace period ends; then a sweep deletes the row. */
    deletedAt: integer('deleted_at'),
  },
  (table) => [
    uniqueIndex('organisations_slug').on(table.slug),
    index('organisations_deleted').on(table.deletedAt),
    index('organisations_created').on(table.createdAt, table.id),
  ],
)

export const orgMembers = sqliteTable(
  'org_members',
  {
    orgId: text('org_id')
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    joinedAt: integer('joined_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.userId] }),
    index('org_members_user').on(table.userId, table.orgId),
  ],
)

/** The roles of members, by name: built-in ones (`owner`, `admin`, `member`) and those of `custom_roles`. */
export const orgMemberRoles = sqliteTable(
  'org_member_roles',
  {
    orgId: text('org_id')
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.userId, table.role] }),
    index('org_member_roles_role').on(table.orgId, table.role, table.userId),
    index('org_member_roles_user').on(table.userId, table.orgId),
  ],
)

/** Invitations by mail. Only the hash of their token is stored. */
export const invitations = sqliteTable(
  'invitations',
  {
    id: text('id').primaryKey(),
    orgId: text('org_id')
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    email: text('email').notNull(),
    emailKey: text('email_key').notNull(),
    roles: text('roles', { mode: 'json' }).$type<string[]>().notNull(),
    hash: text('hash').notNull(),
    /** The user who invited; null after the account was deleted, and for the operator. */
    invitedBy: text('invited_by'),
    createdAt: integer('created_at').notNull(),
    sentAt: integer('sent_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    acceptedAt: integer('accepted_at'),
    revokedAt: integer('revoked_at'),
  },
  (table) => [
    uniqueIndex('invitations_hash').on(table.hash),
    index('invitations_org').on(table.orgId, table.id),
    index('invitations_email').on(table.emailKey, table.orgId),
    index('invitations_expires').on(table.expiresAt),
  ],
)

/** Domains that an organisation proves with a DNS record. One organisation at most can have proved a domain. */
export const orgDomains = sqliteTable(
  'org_domains',
  {
    id: text('id').primaryKey(),
    orgId: text('org_id')
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    /** In ASCII (UTS 46), in small letters. */
    domain: text('domain').notNull(),
    /** The value that the TXT record must have. It is public. */
    challenge: text('challenge').notNull(),
    /** Whether a person with a verified address of this domain becomes a member at sign-in. */
    autoJoin: integer('auto_join', { mode: 'boolean' }).notNull(),
    createdAt: integer('created_at').notNull(),
    verifiedAt: integer('verified_at'),
    checkedAt: integer('checked_at'),
  },
  (table) => [
    uniqueIndex('org_domains_org').on(table.orgId, table.domain),
    uniqueIndex('org_domains_proved').on(table.domain).where(PROVED),
  ],
)
