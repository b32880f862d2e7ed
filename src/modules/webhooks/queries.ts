/** Endpoints. */
import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { idempotencyKeys, userRoles, webhooks } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import { justChanged } from '../../core/events/queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'

/** Maximum number of webhooks of an organisation, and of the instance. Every event is compared with each of them. */
export const MAX_WEBHOOKS = 20
/** An endpoint is disabled when nothing arrived for this long, and this many attempts failed. */
export const FAILING_MS = 3 * 86_400_000
const FAILING_ATTEMPTS = 10

/** The columns that the API shows. The secrets are not among them. */
const shown = {
  id: webhooks.id,
  orgId: webhooks.orgId,
  url: webhooks.url,
  name: webhooks.name,
  events: webhooks.events,
  format: webhooks.format,
  payloadVersion: webhooks.payloadVersion,
  status: webhooks.status,
  disabledReason: webhooks.disabledReason,
  previousUntil: webhooks.previousUntil,
  failures: webhooks.failures,
  failingSince: webhooks.failingSince,
  resumeAt: webhooks.resumeAt,
  deliveredAt: webhooks.deliveredAt,
  createdBy: webhooks.createdBy,
  version: webhooks.version,
  createdAt: webhooks.createdAt,
  updatedAt: webhooks.updatedAt,
}

export type NewWebhook = typeof webhooks.$inferSelect

/** Primary key. */
export const webhookById = (db: Database, id: string) =>
  db.select(shown).from(webhooks).where(eq(webhooks.id, id)).limit(1)

/** With its secret, as it is stored, for a rotation. Primary key. */
export const webhookWithSecret = (db: Database, id: string) =>
  db
    .select({ ...shown, secret: webhooks.secret })
    .from(webhooks)
    .where(eq(webhooks.id, id))
    .limit(1)

/** The use of an idempotency key, and the current state of its webhook, null if it was deleted. Primary keys. */
export const webhookOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, webhook: shown })
    .from(idempotencyKeys)
    .leftJoin(webhooks, eq(webhooks.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** Those of an organisation (null: of the instance), newest first. Index webhooks_org. */
export const listWebhooks = (db: Database, orgId: string | null, before: string | undefined, limit: number) =>
  db
    .select(shown)
    .from(webhooks)
    .where(and(sql`${webhooks.orgId} IS ${orgId}`, before === undefined ? undefined : lt(webhooks.id, before)))
    .orderBy(desc(webhooks.id))
    .limit(limit)

/** Inserts the webhook if there are fewer than the maximum. Index webhooks_org. */
export const insertWebhook = (db: Database, webhook: NewWebhook) =>
  db
    .insert(webhooks)
    .select(
      sql`${selectRow(webhooks, webhook)} WHERE (SELECT count(*) FROM ${webhooks} AS other WHERE other.org_id IS ${webhook.orgId}) < ${MAX_WEBHOOKS}`,
    )
    .returning({ id: webhooks.id })

export type WebhookChanges = Partial<
  Pick<NewWebhook, 'url' | 'name' | 'events' | 'patterns' | 'format' | 'payloadVersion' | 'status'>
>

/** An endpoint that is made active, or leads elsewhere, begins without the failures of before. */
const begin = { failures: 0, failingSince: null, resumeAt: 0 }

/** Changes the webhook if its version is one of `versions`. Primary key. */
export const updateWebhook = (
  db: Database,
  id: string,
  changes: WebhookChanges,
  { versions, now }: { versions: readonly number[] | undefined; now: number },
) =>
  db
    .update(webhooks)
    .set({
      ...changes,
      ...(changes.status === 'active' || changes.url !== undefined ? begin : {}),
      ...(changes.status === undefined ? {} : { disabledReason: changes.status === 'active' ? null : 'asked' }),
      updatedAt: now,
      version: sql`${webhooks.version} + 1`,
    })
    .where(
      and(eq(webhooks.id, id), versions === undefined ? undefined : sql`${webhooks.version} IN ${listed(versions)}`),
    )
    .returning({ id: webhooks.id })

/** Deletes the webhook and with it its deliveries. Primary key. */
export const deleteWebhook = (db: Database, id: string) =>
  db.delete(webhooks).where(eq(webhooks.id, id)).returning({ id: webhooks.id })

/** Puts a new secret in the place of `before`, which signs too until `until`. Primary key. */
export const rotateSecret = (
  db: Database,
  id: string,
  { before, secret, until, now }: { before: string; secret: string; until: number; now: number },
) =>
  db
    .update(webhooks)
    .set({
      secret,
      previousSecret: until > now ? before : null,
      previousUntil: until > now ? until : null,
      updatedAt: now,
      version: sql`${webhooks.version} + 1`,
    })
    .where(and(eq(webhooks.id, id), eq(webhooks.secret, before)))
    .returning({ id: webhooks.id })

/** Some of the webhooks with a secret that begins so. Scan of webhooks, once a day after a change of APP_SECRET. */
export const webhooksSealedUnder = (db: Database, prefix: string, limit: number) =>
  db
    .select({ id: webhooks.id, secret: webhooks.secret, previousSecret: webhooks.previousSecret })
    .from(webhooks)
    .where(
      sql`substr(${webhooks.secret}, 1, ${prefix.length}) = ${prefix} OR substr(${webhooks.previousSecret}, 1, ${prefix.length}) = ${prefix}`,
    )
    .limit(limit)

/** The same secrets, encrypted again, unless they were replaced since they were read. Primary key. */
export const resealWebhook = (
  db: Database,
  id: string,
  before: string,
  to: Pick<NewWebhook, 'secret' | 'previousSecret'>,
) =>
  db
    .update(webhooks)
    .set(to)
    .where(and(eq(webhooks.id, id), eq(webhooks.secret, before)))

/** True while the webhook is active. Primary key. */
export const isActive = (id: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${webhooks} AS target WHERE target.id = ${id} AND target.status = 'active')`

/** The organisation of a webhook, for the event of the same batch. Primary key. */
export const orgOfWebhook = (id: string): SQL =>
  sql`(SELECT named.org_id FROM ${webhooks} AS named WHERE named.id = ${id})`

/** Something arrived. Writes nothing if that is known already. Primary key. */
export const noteSuccess = (db: Database, id: string, now: number) =>
  db
    .update(webhooks)
    .set({ ...begin, deliveredAt: now })
    .where(
      and(
        eq(webhooks.id, id),
        sql`(${webhooks.failures} > 0 OR ${webhooks.resumeAt} > 0 OR ${webhooks.deliveredAt} IS NULL OR abs(${webhooks.deliveredAt} - ${now}) > 60000)`,
      ),
    )

/**
 * An attempt failed, if the statement before this one recorded it. `pausesMs`: the pause by the number of failures, the first one
 * after one failure. Primary key.
 */
export const noteFailure = (
  db: Database,
  id: string,
  { now, retryAt, pausesMs }: { now: number; retryAt: number | undefined; pausesMs: readonly number[] },
) => {
  const pauses = JSON.stringify(pausesMs)
  const pause = sql`coalesce(json_extract(${pauses}, '$[' || ${webhooks.failures} || ']'), json_extract(${pauses}, '$[#-1]'))`
  return db
    .update(webhooks)
    .set({
      failures: sql`${webhooks.failures} + 1`,
      failingSince: sql`coalesce(${webhooks.failingSince}, ${now})`,
      resumeAt: sql`max(CASE WHEN ${pause} > 0 THEN ${now} + ${pause} ELSE 0 END, ${retryAt ?? 0})`,
    })
    .where(and(eq(webhooks.id, id), justChanged))
}

/** Disables an endpoint that said it is gone, or to which nothing has arrived for days, if `noteFailure` just noted it. Primary key. */
export const disableWebhook = (db: Database, id: string, reason: 'gone' | 'failing', now: number) =>
  db
    .update(webhooks)
    .set({ status: 'disabled', disabledReason: reason, updatedAt: now, version: sql`${webhooks.version} + 1` })
    .where(
      and(
        eq(webhooks.id, id),
        eq(webhooks.status, 'active'),
        justChanged,
        reason === 'gone'
          ? undefined
          : sql`${webhooks.failingSince} <= ${now - FAILING_MS} AND ${webhooks.failures} >= ${FAILING_ATTEMPTS}`,
      ),
    )
    .returning({ id: webhooks.id })

/** Gives endpoints of organisations with the filter `*` the nouns of this release. Scan of webhooks, ≤ 20 for each organisation. */
export const renewPatterns = (db: Database, patterns: readonly string[], limit: number) =>
  db
    .update(webhooks)
    .set({ patterns: [...patterns] })
    .where(
      sql`id IN (SELECT stale.id FROM ${webhooks} AS stale WHERE stale.org_id IS NOT NULL AND stale.patterns <> ${JSON.stringify(patterns)}
        AND EXISTS (SELECT 1 FROM json_each(stale.events) WHERE value = '*') LIMIT ${limit})`,
    )

/** The first administrators of the instance. Index of user_roles by role. */
export const administrators = (db: Database, limit: number) =>
  db
    .select({ userId: userRoles.userId })
    .from(userRoles)
    .where(eq(userRoles.role, 'admin'))
    .orderBy(userRoles.userId)
    .limit(limit)
