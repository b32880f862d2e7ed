import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { organisations } from './organisations.ts'

/** A row of the instance. Columns have no table, because SQLite requires this in an index. */
export const OF_INSTANCE = sql.raw('org_id IS NULL')

/** Roles that administrators made. Built-in roles are code (`src/core/authz/built-in-roles.ts`). */
export const customRoles = sqliteTable(
  'custom_roles',
  {
    id: text('id').primaryKey(),
    /** Null: a role of the instance. */
    orgId: text('org_id').references(() => organisations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    permissions: text('permissions', { mode: 'json' }).$type<string[]>().notNull(),
    /** A role of the same scope whose permissions this role has too. That role inherits nothing. */
    inherits: text('inherits'),
    /** Whether holders need a second factor to use the role. */
    mfaRequired: integer('mfa_required', { mode: 'boolean' }).notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('custom_roles_org').on(table.orgId, table.name),
    uniqueIndex('custom_roles_instance').on(table.name).where(OF_INSTANCE),
  ],
)

/** Permissions that applications registered (`invoices:approve`). */
export const appPermissions = sqliteTable('app_permissions', {
  name: text('name').primaryKey(),
  description: text('description').notNull(),
  createdAt: integer('created_at').notNull(),
})

/** The attributes of the resources of applications, which the conditions of rules may use. */
export const resourceTypes = sqliteTable('resource_types', {
  name: text('name').primaryKey(),
  /** Type by attribute. */
  attributes: text('attributes', { mode: 'json' }).$type<Record<string, string>>().notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
})

/** Rules on attributes. The condition is CEL. */
export const policies = sqliteTable(
  'policies',
  {
    id: text('id').primaryKey(),
    /** Null: a rule of the instance. */
    orgId: text('org_id').references(() => organisations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    effect: text('effect', { enum: ['allow', 'deny'] }).notNull(),
    permissions: text('permissions', { mode: 'json' }).$type<string[]>().notNull(),
    resourceType: text('resource_type'),
    condition: text('condition').notNull(),
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('policies_org').on(table.orgId, table.name),
    uniqueIndex('policies_instance').on(table.name).where(OF_INSTANCE),
  ],
)

/** Denials of the last day, so that their callers can have them explained. */
export const decisions = sqliteTable(
  'decisions',
  {
    id: text('id').primaryKey(),
    /** Who was refused, as in `events.actor_id`; null for strangers. */
    actorId: text('actor_id'),
    /** The person for whom the actor acted, if the actor is no person. */
    ownerId: text('owner_id'),
    orgId: text('org_id'),
    /** The question, what decided it, and the facts that were used. */
    record: text('record', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('decisions_expires').on(table.expiresAt)],
)
