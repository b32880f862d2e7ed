/** No statement looks at more than it needs: none scans a table, and a page is in the order of an index. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { SQL, SQLWrapper } from 'drizzle-orm'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core/dialect'
import { newEvent, systemCause } from '../../../src/core/events/new-event.ts'
import { always } from '../../../src/core/events/queries.ts'
import { dueDigests, endWaiting, noteDigest, postpone } from '../../../src/modules/notifications/digest-queries.ts'
import * as own from '../../../src/modules/notifications/own-queries.ts'
import * as sent from '../../../src/modules/notifications/queries.ts'
import {
  activeClient,
  livingGrant,
  livingKey,
  rolesOfActive,
} from '../../../src/modules/notifications/sender-queries.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

interface Built extends SQLWrapper {
  toSQL(): { sql: string; params: unknown[] }
}

async function planOf(built: Built): Promise<string[]> {
  const { sql, params } = built.toSQL()
  const { rows } = await t.deps.db.$client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: params as string[] }) // as drizzle binds them
  return rows.map(({ detail }) => String(detail))
}

/** Tables whose rows grow with people or notifications, as the statements call them too. */
const GROWS =
  /^SCAN (?:notifications|notification_\w+|users|events|user_roles|org_member\w*|api_keys|grants|oauth_clients|client|waits|n|had|old|seen|has|taken|pending|first|owner|open|held)\b(?! USING (?:COVERING )?INDEX notifications_expires)/

test('every statement finds its rows by a key or an index', async () => {
  const { db, random } = t.deps
  const [user, id] = [random.id('usr'), random.id('ntf')]
  const told = [{ user, event: random.id('evt') }]
  const event = newEvent(t.deps, systemCause, 'notification.created', { data: {} })
  const kind = 'billing'
  const choices = { [kind]: 'off' } as const
  const statements: Record<string, Built> = {
    sentById: sent.sentById(db, id),
    notificationToSend: sent.notificationToSend(db, id),
    listSent: sent.listSent(db, random.id('org'), id, 20),
    listSentOfInstance: sent.listSent(db, null, id, 20),
    notificationOfKey: sent.notificationOfKey(db, { actorId: user, keyHash: 'x' }),
    takeTurn: sent.takeTurn(db, id, 'a', { turn: 'b' }),
    retract: sent.retract(db, id, 1, [null, random.id('org')]),
    insertEvents: sent.insertEvents(db, event, told, { id, kind, member: random.id('org'), when: always }),
    insertRecipients: sent.insertRecipients(db, told, { id, kind }, { dueAt: 1, intervalMs: 1 }),
    countRecipients: sent.countRecipients(db, id, told),
    deleteExpiredRecipients: sent.deleteExpiredRecipients(db, 1, 10),
    deleteExpired: sent.deleteExpired(db, 1, 10),
    listOwn: own.listOwn(db, { userId: user, unread: false, before: id, limit: 20 }, 1),
    listOwnUnread: own.listOwn(db, { userId: user, unread: true, before: undefined, limit: 20 }, 1),
    ownById: own.ownById(db, user, id, 1),
    countUnread: own.countUnread(db, user, 1),
    markRead: own.markRead(db, user, id, 1),
    markUnread: own.markUnread(db, user, id, 1),
    markAllRead: own.markAllRead(db, user, id, 1),
    preferencesOf: own.preferencesOf(db, user),
    receivedKinds: own.receivedKinds(db, user),
    removeChoices: own.removeChoices(db, user, [kind], event),
    ...Object.fromEntries(own.storeChoices(db, user, choices, event).map((one, at) => [`storeChoices ${at}`, one])),
    endWaiting: endWaiting(db, user, 1),
    postpone: postpone(db, user, 1, 2),
    noteDigest: noteDigest(db, user, 1, always),
    rolesOfActive: rolesOfActive(db, user),
    livingKey: livingKey(db, random.id('apk'), 1),
    activeClient: activeClient(db, random.id('cli'), 1),
    livingGrant: livingGrant(db, random.id('grt')),
  }
  for (const [name, statement] of Object.entries(statements))
    expect(
      (await planOf(statement)).filter((detail) => GROWS.test(detail)),
      name,
    ).toEqual([])
  for (const name of ['listSent', 'listOwn', 'listOwnUnread'] as const)
    expect(
      (await planOf(statements[name] as Built)).filter((detail) => detail.includes('TEMP B-TREE')),
      name,
    ).toEqual([])
})

test('so do those that run at once: the next people of a target, and the mails that are due', async () => {
  // An app of its own: after EXPLAIN of a compound SELECT, the engine keeps an old snapshot for the reads of its connection.
  const of = await createTestApp()
  try {
    const asked: SQL[] = []
    const db = new Proxy(of.deps.db, {
      get: (target, name) =>
        name === 'all'
          ? async (query: SQL) => {
              asked.push(query)
              return []
            }
          : Reflect.get(target, name),
    })
    const { random } = of.deps
    const [userId, orgId, after] = [random.id('usr'), random.id('org'), random.id('usr')]
    const targets = [{ userId }, { role: 'admin' }, { orgId }, { orgId, role: 'owner' }, { orgId, userId }]
    for (const target of targets) await sent.nextOf(db, target, after, 100)
    await dueDigests(db, { now: 1, seenAfter: 1, rows: 100, titles: 5 })
    expect(asked).toHaveLength(targets.length + 1)
    const plans: string[][] = []
    for (const query of asked) {
      const { sql, params } = new SQLiteAsyncDialect().sqlToQuery(query)
      const built = { sql: `EXPLAIN QUERY PLAN ${sql}`, args: params as (string | number)[] } // as drizzle binds them
      plans.push((await of.deps.db.$client.execute(built)).rows.map(({ detail }) => String(detail)))
    }
    for (const plan of plans) {
      expect(plan.filter((detail) => GROWS.test(detail))).toEqual([])
      expect(plan.some((detail) => detail.startsWith('SEARCH'))).toBe(true)
    }
    const people = plans.slice(0, targets.length).flat()
    expect(people.filter((detail) => detail.includes('TEMP B-TREE'))).toEqual([])
    // Those that are due are in the order of an index too.
    expect(plans.at(-1)?.join('\n')).toContain('INDEX notification_recipients_mail (mail_at<?)')
  } finally {
    await of.close()
  }
})

test('a scan would be seen', async () => {
  const { notifications } = await import('../../../db/tables/notifications.ts')
  expect((await planOf(t.deps.db.select().from(notifications))).filter((detail) => GROWS.test(detail))).toHaveLength(1)
})
