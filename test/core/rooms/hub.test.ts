/** The hub of connections: each event once and in order, whatever the client, the principal and the database do. */
import { heapStats } from 'bun:jsc'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { systemCause } from '../../../src/core/events/new-event.ts'
import { hubOf } from '../../../src/core/rooms/hub.ts'
import type { Connection, Credential, Peer, StreamEnd } from '../../../src/core/rooms/model.ts'
import { streamCredentials } from '../../../src/http/stream-credentials.ts'
import { join, makeOrg } from '../../modules/api-keys/support/keys.ts'
import { call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let admin: Session
beforeAll(async () => {
  t = await createTestApp({ env: { STREAMS_PER_ACCOUNT: '10100' } })
  admin = await setUpAdmin(t)
})
afterAll(() => t.close())

let people = 0
const person = () => signUp(t, `person${++people}@example.com`)
const credentialOf = ({ accessToken }: Session, app = t): Promise<Credential> =>
  streamCredentials(app.deps).authenticate(
    new Request(`${ORIGIN}/v1/events`, { headers: { authorization: `Bearer ${accessToken}` } }),
    () => systemCause,
  )
const act = async (route: string, { accessToken: token }: Session, body?: unknown) => {
  const answer = await call(t, route, { token, body })
  expect(answer.status, `${route} ${answer.text}`).toBeOneOf([200, 201, 204])
}
const rename = (session: Session, name: string) => act('PATCH /v1/me', session, { name })
const until = async (holds: () => boolean) => {
  while (!holds()) await Bun.sleep(2)
}

/** A client that takes only as much as it is given room for. */
function client(room = Number.POSITIVE_INFINITY) {
  const got: string[] = []
  const waiting: (() => void)[] = []
  const said: string[] = []
  let end: StreamEnd | undefined
  let left = room
  const go = () => {
    for (const resume of waiting.splice(0)) resume()
  }
  const peer: Peer = {
    send({ event }) {
      if (left <= 0) return false
      left--
      got.push(event.id)
      return true
    },
    ready: async () => {
      if (left <= 0 && end === undefined) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    presence(name, { present, change }) {
      said.push(`${name} ${present.id} ${change}`)
      return true
    },
    lost: (name, code) => said.push(`${name} ${code}`),
    ended(given) {
      end = given
      go()
    },
  }
  return {
    peer,
    got,
    said,
    get end() {
      return end
    },
    read(more: number) {
      left += more
      go()
    },
  }
}

const updatesOf = async ({ user }: Session): Promise<string[]> => {
  const { body } = await call<{ items: { id: string; type: string }[] }>(
    t,
    `GET /v1/audit-events?userId=${user.id}&limit=100`,
    { token: admin.accessToken },
  )
  return body.items
    .filter(({ type }) => type === 'user.updated')
    .map(({ id }) => id)
    .reverse()
}

describe('a client', () => {
  test('that reads in fits and starts gets each event once and in order, while its principal is read again', async () => {
    const one = await person()
    const reader = client(2)
    const connection = await hubOf(t.deps).connect(await credentialOf(one), reader.peer)
    await connection.join([`user:${one.user.id}`])
    for (let round = 0; round < 40; round++) {
      await rename(one, `Name ${round}`)
      if (round % 7 === 3) reader.read(round % 5)
    }
    reader.read(3)
    await until(() => reader.got.length >= 12)
    reader.read(1000)
    await until(() => reader.got.length >= 40)
    expect(reader.got).toEqual(await updatesOf(one))
    expect(connection.position).toBe(hubOf(t.deps).head)
    connection.end('closed')
  })

  test('that joins a second room with a cursor gets an event of both rooms once', async () => {
    const owner = await person()
    const orgId = await makeOrg(t, owner.accessToken)
    const member = await person()
    await join(t, orgId, member, ['admin'])
    const reader = client()
    const connection = await hubOf(t.deps).connect(await credentialOf(member), reader.peer)
    const from = await connection.join([`user:${member.user.id}`])
    await act(`PATCH /v1/orgs/${orgId}/members/${member.user.id}`, owner, { roles: ['admin', 'member'] })
    await until(() => reader.got.length === 1)
    await connection.join([`org:${orgId}`], from)
    await act(`PATCH /v1/orgs/${orgId}/members/${member.user.id}`, owner, { roles: ['admin'] })
    await until(() => reader.got.length >= 2)
    await rename(member, 'Last')
    await until(() => reader.got.length >= 3)
    expect(new Set(reader.got).size).toBe(3)
    connection.end('closed')
  })

  test('that joins a room while others wait for it gets what waits first, so its last id is a position', async () => {
    const owner = await person()
    const orgId = await makeOrg(t, owner.accessToken)
    const reader = client(1)
    const connection = await hubOf(t.deps).connect(await credentialOf(owner), reader.peer)
    await connection.join([`user:${owner.user.id}`])
    for (const name of ['One', 'Two', 'Three']) await rename(owner, name)
    await until(() => reader.got.length === 1)
    const joined = connection.join([`org:${orgId}`])
    for (const name of ['Four', 'Five', 'Six']) await act(`PATCH /v1/orgs/${orgId}`, owner, { name })
    await rename(owner, 'Seven')
    reader.read(2)
    await until(() => reader.got.length === 3)
    reader.read(100)
    await joined
    const told = reader.got.length
    await act(`PATCH /v1/orgs/${orgId}`, owner, { name: 'Eight' })
    await until(() => reader.got.length > told && connection.position === hubOf(t.deps).head)
    expect(reader.got.slice(0, 4)).toEqual((await updatesOf(owner)).slice(-4))
    // In the order of the commits.
    expect(reader.got).toEqual(reader.got.toSorted())
    connection.end('closed')
  })

  test('that reads nothing ends, and what waits for it is bounded', async () => {
    const one = await person()
    const reader = client(1)
    // Ten seconds are forty looks; here they take less.
    const { streams } = t.deps
    const deps = {
      ...t.deps,
      streams: { ...streams, every: (_ms: number, look: () => void) => streams.every(2, look) },
    }
    const connection = await hubOf(deps).connect(await credentialOf(one), reader.peer)
    await connection.join([`user:${one.user.id}`])
    await rename(one, 'One')
    await rename(one, 'Two')
    await until(() => reader.end !== undefined)
    expect(reader.end).toMatchObject({ reason: 'too_slow', retryMs: expect.any(Number) })
    expect(reader.got).toHaveLength(1)
    expect(connection.open).toBe(false)
  })

  test('that gets nothing for long is not taken for a slow one, however often its principal is read again', async () => {
    const reader = client()
    const connection = await hubOf(t.deps).connect(await credentialOf(await person()), reader.peer)
    await connection.join([`user:${connection.principal.id}`])
    for (let round = 0; round < 120; round++) {
      const other = await person() // as for everybody, when a role of the instance changes
      t.deps.principals.forgetAll()
      await t.deps.db.$client.execute(
        `INSERT INTO events (id, type, result, at, data) VALUES ('${t.deps.random.id('evt')}', 'role.updated', 'success', 0, '{}')`,
      )
      await rename(other, 'Wakes the feed')
      await until(() => connection.position === hubOf(t.deps).head || !connection.open)
    }
    expect(reader.end).toBeUndefined()
    connection.end('closed')
  })

  test('that is far behind, in a room whose events it does not get, comes to the end of them', async () => {
    const [owner, one] = [await person(), await person()]
    const orgId = await makeOrg(t, owner.accessToken)
    await join(t, orgId, one, ['member'])
    const after = `${t.deps.random.id('evt').slice(0, -6)}000000` // the others count on from it
    await t.deps.db.$client.execute(
      `INSERT INTO events (id, type, result, at, data) VALUES ('${after}', 'webhook.tested', 'success', 0, '{}')`,
    )
    await t.deps.db.$client.execute(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
      INSERT INTO events (id, type, result, at, data, org_id)
      SELECT '${after.slice(0, -6)}' || printf('%06x', i), 'webhook.tested', 'success', 0, '{}', '${orgId}' FROM n`)
    await act(`PATCH /v1/orgs/${orgId}`, owner, { name: 'Last' })
    const reader = client()
    const connection = await hubOf(t.deps).connect(await credentialOf(one), reader.peer)
    await connection.join([`org:${orgId}`], after)
    expect(reader.end).toBeUndefined()
    expect(reader.got).toHaveLength(1)
    connection.end('closed')
  })

  test('that throws is closed, and disturbs nobody', async () => {
    const one = await person()
    const broken = client()
    broken.peer.send = () => {
      throw new Error('gone')
    }
    const other = client()
    const hub = hubOf(t.deps)
    const connections = [
      await hub.connect(await credentialOf(one), broken.peer),
      await hub.connect(await credentialOf(one), other.peer),
    ]
    for (const connection of connections) await connection.join([`user:${one.user.id}`])
    await rename(one, 'One')
    await until(() => other.got.length === 1)
    expect(broken.end?.reason).toBe('closed')
    connections[1]?.end('closed')
  })
})

test('a database that is restored while the first stream connects refuses it, and the next one begins anew', async () => {
  const one = await person()
  let restored = false
  const { feed } = t.deps
  const listen: typeof feed.listen = async (listener, newest) => {
    const listening = await feed.listen(listener, newest)
    if (!restored) listener.missed()
    restored = true
    return listening
  }
  const hub = hubOf({ ...t.deps, feed: { wake: feed.wake, listen } })
  const reader = client()
  await expect(hub.connect(await credentialOf(one), reader.peer)).rejects.toMatchObject({ code: 'server.busy' })
  expect(hub.connections).toBe(0)
  const connection = await hub.connect(await credentialOf(one), reader.peer)
  await connection.join([`user:${one.user.id}`])
  await rename(one, 'One')
  await until(() => reader.got.length === 1)
  connection.end('closed')
})

describe('events that were committed together', () => {
  const SESSION_CHANGED = 'session.changed' // may change the rights of whoever it names
  const idsOf = (types: readonly string[]) => types.map(() => t.deps.random.id('evt'))
  const commitTogether = async ({ user }: Session, ids: readonly string[], types: readonly string[]) => {
    const userId = user.id
    await t.deps.db.$client.batch(
      ids.map((id, at) => ({
        sql: `INSERT INTO events (id, type, result, at, data, user_id) VALUES (?, ?, 'success', 0, '{}', ?)`,
        args: [id, types[at] ?? '', userId],
      })),
    )
    t.deps.feed.wake()
  }
  const open = async (one: Session, reader: ReturnType<typeof client>) => {
    const connection = await hubOf(t.deps).connect(await credentialOf(one), reader.peer)
    await connection.join([`user:${one.user.id}`])
    return connection
  }

  test('are sent together, each once and in order', async () => {
    const one = await person()
    const reader = client()
    const acts: number[] = []
    reader.peer.together = (act) => {
      const before = reader.got.length
      act()
      acts.push(reader.got.length - before)
    }
    const connection = await open(one, reader)
    const types = Array<string>(5).fill('notification.created')
    const ids = idsOf(types)
    await commitTogether(one, ids, types)
    await until(() => reader.got.length >= 5)
    expect(reader.got).toEqual(ids)
    expect(acts).toEqual([5])
    connection.end('closed')
  })

  test('wait from the first one on that the client does not take', async () => {
    const one = await person()
    const reader = client(2)
    const connection = await open(one, reader)
    const types = Array<string>(6).fill('notification.created')
    const ids = idsOf(types)
    await commitTogether(one, ids, types)
    await until(() => reader.got.length >= 2)
    expect(connection.position).toBeUndefined()
    reader.read(3)
    await until(() => reader.got.length >= 5)
    reader.read(10)
    await until(() => connection.position === ids.at(-1))
    expect(reader.got).toEqual(ids)
    connection.end('closed')
  })

  test('are told up to the one that may change rights, and the rest after the principal was read again', async () => {
    const one = await person()
    const reader = client()
    const real = await credentialOf(one)
    const seen: number[] = []
    const hub = hubOf(t.deps)
    const reload = async () => {
      seen.push(reader.got.length)
      return real.reload()
    }
    const connection = await hub.connect({ ...real, reload }, reader.peer)
    await connection.join([`user:${one.user.id}`])
    await until(() => seen.length > 0 && connection.position === hub.head)
    seen.length = 0
    const types = ['notification.created', 'notification.created', SESSION_CHANGED, 'notification.created']
    const ids = idsOf(types)
    await commitTogether(one, ids, types)
    await until(() => reader.got.length >= 4)
    expect(reader.got).toEqual(ids)
    expect(seen[0]).toBe(2)
    connection.end('closed')
  })
})

test('an idle connection costs few functions', async () => {
  const one = await person()
  const real = await credentialOf(one)
  const hub = hubOf(t.deps)
  const peers = Array.from({ length: 500 }, () => client().peer)
  const functions = () => {
    Bun.gc(true)
    const { Function: found = 0, JSLexicalEnvironment: scopes = 0 } = heapStats().objectTypeCounts
    return found + scopes
  }
  const open = (peer: Peer) => hub.connect(real, peer)
  ;(await open(client().peer)).end('closed')
  const before = functions()
  const connections = await Promise.all(peers.map(open))
  await Promise.all(connections.map((connection) => connection.join([`user:${one.user.id}`])))
  expect((functions() - before) / connections.length).toBeLessThan(5)
  for (const connection of connections) connection.end('closed')
})

describe('the credential', () => {
  test('is asked again before anything is sent; while the database fails, nothing is', async () => {
    const one = await person()
    const real = await credentialOf(one)
    let fails = true
    const reader = client()
    const connection = await hubOf(t.deps).connect(
      {
        ...real,
        reload: () => (fails ? Promise.reject(new Error('the database is away')) : real.reload()),
      },
      reader.peer,
    )
    await connection.join([`user:${one.user.id}`])
    await rename(one, 'One')
    await until(() => t.logged.some(({ message }) => message === 'streams cannot be checked'))
    expect(reader.got).toEqual([])
    expect(connection.open).toBe(true)
    expect(connection.position).toBeUndefined()
    fails = false
    await until(() => reader.got.length === 1)
    connection.end('closed')
  })

  test('is renewed by a token of the same session alone', async () => {
    const [one, other] = [await person(), await person()]
    const reader = client()
    const connection = await hubOf(t.deps).connect(await credentialOf(one), reader.peer)
    await connection.join([`user:${one.user.id}`])
    const { body } = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: one.refreshToken } })
    connection.renew(await credentialOf({ ...one, ...body }))
    const foreign = await credentialOf(other)
    expect(() => connection.renew(foreign)).toThrow(expect.objectContaining({ code: 'stream.other_credential' }))
    await rename(one, 'Renewed')
    await until(() => reader.got.length > 0)
    connection.end('closed')
  })

  test('that ended while it was connecting ends the connection', async () => {
    const one = await person()
    const credential = await credentialOf(one)
    await act('POST /v1/auth/sign-out', one)
    const reader = client()
    const connection = await hubOf(t.deps).connect(credential, reader.peer)
    await connection.join([`user:${one.user.id}`])
    await until(() => !connection.open)
    expect(reader.end).toMatchObject({ reason: 'credential_ended', code: 'session.expired' })
  })
})

describe('presence', () => {
  test('tells members who is there: once for all connections of a person, and neither to strangers nor about visitors', async () => {
    const [owner, member] = [await person(), await person()]
    const orgId = await makeOrg(t, owner.accessToken)
    await join(t, orgId, member, ['member'])
    const hub = hubOf(t.deps)
    const room = `org:${orgId}` as const
    const [watching, first, second, visiting] = [client(), client(), client(), client()]
    const open = async (session: Session, { peer }: ReturnType<typeof client>): Promise<Connection> => {
      const connection = await hub.connect(await credentialOf(session), peer)
      await connection.join([room])
      return connection
    }
    const watcher = await open(owner, watching)
    const visitor = await open(admin, visiting)
    const one = await open(member, first)
    const two = await open(member, second)
    expect((await watcher.present(room)).map(({ id }) => id).sort()).toEqual([owner.user.id, member.user.id].sort())
    one.end('closed')
    expect(watching.said.filter((line) => line.includes(member.user.id))).toEqual([`${room} ${member.user.id} came`])
    await act(`DELETE /v1/orgs/${orgId}/members/${member.user.id}`, owner)
    await until(() => second.said.some((line) => line === `${room} org.not_found`))
    expect(watching.said.at(-1)).toBe(`${room} ${member.user.id} left`)
    expect(watching.said.join()).not.toContain(admin.user.id)
    expect(two.open).toBe(true)
    for (const connection of [watcher, visitor, two]) connection.end('closed')
  })

  test('is shown while it belongs to a member, also if it may stay in the room as somebody else', async () => {
    const owner = await person()
    const orgId = await makeOrg(t, owner.accessToken)
    const room = `org:${orgId}` as const
    const [watching, visiting] = [client(), client()]
    const watcher = await hubOf(t.deps).connect(await credentialOf(owner), watching.peer)
    await watcher.join([room])
    const visitor = await hubOf(t.deps).connect(await credentialOf(admin), visiting.peer)
    await visitor.join([room])
    const saidOf = () =>
      watching.said.filter((line) => line.includes(admin.user.id)).map((line) => line.split(' ').at(-1))
    expect(saidOf()).toEqual([])
    await join(t, orgId, admin, ['member'])
    await act(`PATCH /v1/orgs/${orgId}/members/${admin.user.id}`, owner, { roles: ['member', 'admin'] }) // which is told
    await until(() => saidOf().length === 1)
    await act(`DELETE /v1/orgs/${orgId}/members/${admin.user.id}`, owner)
    await until(() => saidOf().length === 2)
    expect(saidOf()).toEqual(['came', 'left'])
    expect([...visitor.rooms]).toEqual([room])
    for (const connection of [watcher, visitor]) connection.end('closed')
  })
})

test('10,000 clients that come back at once are served from memory, and told to come back apart', async () => {
  const stopping = new AbortController()
  const one = await person()
  let reads = 0
  const counted = new Proxy(t.deps.longReads, {
    get(target, name) {
      if (name === 'all') reads++
      return Reflect.get(target, name)
    },
  })
  const deps = { ...t.deps, longReads: counted, stopping: stopping.signal }
  const real = await credentialOf(one)
  const credential = { ...real, reload: async () => ({ principal: real.principal, checkAt: real.checkAt }) }
  const hub = hubOf(deps)
  const room = `user:${one.user.id}`
  const first = client()
  const before = await (await hub.connect(credential, first.peer)).join([room])
  for (let round = 0; round < 5; round++) await rename(one, `Name ${round}`)
  await until(() => first.got.length === 5)
  reads = 0
  const clients = Array.from({ length: 10_000 }, () => client())
  await Promise.all(
    clients.map(async ({ peer }) => {
      const connection = await hub.connect(credential, peer)
      await connection.join([room], before)
    }),
  )
  expect(reads).toBe(0)
  expect(clients.every(({ got }) => got.join() === first.got.join())).toBe(true)
  stopping.abort()
  const times = clients.map(({ end }) => (end?.reason === 'stopping' ? (end.retryMs ?? 0) : 0))
  expect(Math.min(...times)).toBeGreaterThanOrEqual(500)
  // 10,000 clients within some 20 s, and no second in which a fifth of them comes.
  const bySecond = Map.groupBy(times, (ms) => Math.floor(ms / 1000))
  expect(Math.max(...[...bySecond.values()].map((all) => all.length))).toBeLessThan(2000)
  expect(hub.connections).toBe(0)
})

test('the limits of an account and of the process are refused with a time to come back', async () => {
  const small = await createTestApp({ env: { STREAMS_PER_ACCOUNT: '2', STREAMS_PER_PROCESS: '3' } })
  try {
    const one = await signUp(small, 'one@example.com')
    const other = await signUp(small, 'other@example.com')
    const hub = hubOf(small.deps)
    const open = async (session: Session) => hub.connect(await credentialOf(session, small), client().peer)
    const refused = async (session: Session) =>
      open(session).then(
        () => undefined,
        (error: { code: string; options: object }) => error,
      )
    const connections = [await open(one), await open(one)]
    expect(await refused(one)).toMatchObject({ code: 'stream.too_many' })
    connections.push(await open(other))
    expect(await refused(other)).toMatchObject({
      code: 'server.busy',
      options: { retryAfterSeconds: expect.any(Number) },
    })
    connections[0]?.end('closed')
    connections.push(await open(one))
    // All at once do not pass together either.
    for (const connection of connections) connection.end('closed')
    const rush = await Promise.all(Array.from({ length: 10 }, () => refused(one)))
    expect(rush.filter((error) => error === undefined)).toHaveLength(2)
  } finally {
    await small.close()
  }
})
