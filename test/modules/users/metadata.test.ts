import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { runJobs } from '../../../src/jobs.ts'
import { patched } from '../../../src/modules/users/metadata.ts'
import type { Metadata } from '../../../src/modules/users/metadata-schema.ts'
import { call, type ManagedUser, PASSWORD, type Session, setUpAdmin, signIn, type User } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
beforeAll(async () => {
  t = await createTestApp({ env: { METADATA_FILTER_KEY: 'plan' } })
  token = (await setUpAdmin(t)).accessToken
})
afterAll(() => t.close())

let made = 0
async function newUser(body: Record<string, unknown> = {}): Promise<ManagedUser> {
  const answer = await call<ManagedUser>(t, 'POST /v1/users', {
    token,
    body: { email: `person${++made}@example.com`, ...body },
  })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body
}
const patch = (id: string, body: unknown, headers = {}) =>
  call<ManagedUser & { code: string; errors?: unknown }>(t, `PATCH /v1/users/${id}`, { token, body, headers })
const read = (id: string) => call<ManagedUser>(t, `GET /v1/users/${id}`, { token })

/** Sends a text as it is, because JSON.stringify writes no number that is out of range and no field twice. */
const sendText = (path: string, method: string, body: string) =>
  t.app.handle(
    new Request(`${ORIGIN}${path}`, {
      method,
      body,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    }),
  )

/** The examples of RFC 7396, appendix A, whose target and patch are objects. */
const RFC_7396: readonly [target: Metadata, patch: Metadata, result: Metadata][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ a: 'foo' }, { b: { c: null } }, { a: 'foo', b: {} }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
]
test.each(RFC_7396)('%j with the merge patch %j is %j (RFC 7396, appendix A)', async (before, change, after) => {
  const { id, publicMetadata } = await newUser({ publicMetadata: before })
  expect(publicMetadata).toEqual(before)
  const answer = await patch(id, { publicMetadata: change, privateMetadata: change })
  expect(answer.status).toBe(200)
  expect(answer.body.publicMetadata).toEqual(after)
  expect(answer.body.privateMetadata).toEqual(patched({}, change))
  expect((await read(id)).body).toEqual(answer.body)
})

test('the statement merges any objects like RFC 7396, hostile names and values too', async () => {
  const names = fc.oneof(
    fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      '',
      '"',
      '\\',
      '$',
      'a.b',
      '[0]',
      '\n',
      '\u2028',
      'é',
      'é',
      '🦊',
    ),
    fc.string({ unit: 'grapheme', maxLength: 5 }),
  )
  const stored = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0'))
  const leaf = fc.oneof(
    stored,
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(9007199254740991, 1e308, -1e-308, 0, 1e21, '\\u0000', '\u2029', '</script>'),
  )
  const { object } = fc.letrec<{ object: Metadata; value: unknown }>((tie) => ({
    object: fc
      .array(
        fc.tuple(
          names.filter((name) => !name.includes('\0')),
          tie('value'),
        ),
        { maxLength: 4 },
      )
      .map((fields) => Object.fromEntries(fields)),
    value: fc.oneof({ depthSize: 'small', maxDepth: 4 }, leaf, tie('object'), fc.array(leaf, { maxLength: 3 })),
  }))
  let { id } = await newUser()
  let expected: Metadata = {}
  await fc.assert(
    fc.asyncProperty(object, async (change) => {
      // Merges grow the object, and 8 KB are its limit.
      if (JSON.stringify(expected).length > 2000) {
        expected = {}
        id = (await newUser()).id
      }
      const answer = await patch(id, { publicMetadata: change })
      expect(answer.status).toBe(200)
      expected = JSON.parse(JSON.stringify(patched(expected, change))) as Metadata // -0 is 0 in JSON
      expect(JSON.stringify(sorted(answer.body.publicMetadata))).toBe(JSON.stringify(sorted(expected)))
    }),
    { numRuns: 150 },
  )
})

/** Fields in one order, as entries, because `__proto__` is a field like any other here. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .map(([name, item]) => [name, sorted(item)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

test('a field named __proto__ is data', async () => {
  const { id } = await newUser()
  const body = '{"publicMetadata":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}'
  const answer = await sendText(`/v1/users/${id}`, 'PATCH', body)
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('"publicMetadata":{"__proto__":{"polluted":true},"constructor":{"prototype":{')
  expect((await read(id)).text).toContain('"__proto__":{"polluted":true}')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

test('patches at the same time all take effect, and each counts as a version', async () => {
  const { id } = await newUser()
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      patch(id, { publicMetadata: { [`public${index}`]: index }, privateMetadata: { deep: { [`k${index}`]: index } } }),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  const { body, headers } = await read(id)
  expect(Object.keys(body.publicMetadata)).toHaveLength(12)
  expect(Object.keys(body.privateMetadata.deep as Metadata)).toHaveLength(12)
  expect(headers.get('etag')).toBe('"13"')
})

test('If-Match holds for metadata: of two changes of one version, one is refused and changes nothing', async () => {
  const { id } = await newUser()
  const answers = await Promise.all(
    ['a', 'b'].map((name) => patch(id, { publicMetadata: { [name]: 1 } }, { 'if-match': '"1"' })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
  expect(Object.keys((await read(id)).body.publicMetadata)).toHaveLength(1)
})

/** An object of this many bytes as JSON in UTF-8, from characters that take several. */
function sized(bytes: number, fill = 'x'): Metadata {
  const room = bytes - '{"k":""}'.length
  const unit = Buffer.byteLength(JSON.stringify(fill)) - 2
  return { k: fill.repeat(Math.floor(room / unit)) + 'x'.repeat(room % unit) }
}

test.each(['x', 'é', '界', '🦊', '"', '\n'])('8192 bytes of UTF-8 are accepted and 8193 are not: %j', async (fill) => {
  for (const field of ['publicMetadata', 'privateMetadata'] as const) {
    expect(Buffer.byteLength(JSON.stringify(sized(8192, fill)))).toBe(8192)
    const { id } = await newUser({ [field]: sized(8192, fill) })
    const refusedNew = await call(t, 'POST /v1/users', {
      token,
      body: { email: `refused${++made}@example.com`, [field]: sized(8193, fill) },
    })
    expect([refusedNew.status, refusedNew.body.code]).toEqual([422, 'user.metadata_too_large'])
    const grown = await patch(id, { [field]: { l: 1 } })
    expect([grown.status, grown.body.code]).toEqual([422, 'user.metadata_too_large'])
    expect(grown.body.errors).toEqual([{ path: `/${field}`, message: 'At most 8192 bytes are accepted' }])
    const { body, headers } = await read(id)
    expect([body[field], headers.get('etag')]).toEqual([sized(8192, fill), '"1"'])
    // A patch of more than the limit may be the way back: its size does not count.
    expect((await patch(id, { [field]: { k: null, l: 1 } })).body[field]).toEqual({ l: 1 })
  }
})

test('of two patches at once that fit only one by one, one is refused', async () => {
  const { id } = await newUser()
  const half = 'x'.repeat(4100)
  const answers = await Promise.all(['a', 'b'].map((name) => patch(id, { privateMetadata: { [name]: half } })))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
})

test('a thousand fields and four thousand items fit into the limits of a body', async () => {
  const { id } = await newUser()
  const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [index.toString(36), 1]))
  expect((await patch(id, { publicMetadata: fields, privateMetadata: { l: Array(4000).fill(1) } })).status).toBe(200)
  expect((await read(id)).body.publicMetadata).toEqual(fields)
})

const nested = (depth: number): Metadata => (depth === 1 ? {} : { a: nested(depth - 1) })
test('eight levels are accepted, nine are not, and a list is a level', async () => {
  const { id } = await newUser({ publicMetadata: nested(8) })
  for (const body of [{ publicMetadata: nested(9) }, { privateMetadata: { a: [[[[[[[[1]]]]]]]] } }]) {
    const refused = await patch(id, body)
    expect([refused.status, refused.body.code]).toEqual([422, 'user.metadata_too_large'])
    const refusedNew = await call(t, 'POST /v1/users', { token, body: { email: `deep${++made}@example.com`, ...body } })
    expect([refusedNew.status, refusedNew.body.code]).toEqual([422, 'user.metadata_too_large'])
  }
  expect((await read(id)).headers.get('etag')).toBe('"1"')
})

test.each([
  ['a text', '{"publicMetadata":"x"}'],
  ['a list', '{"publicMetadata":[]}'],
  ['null', '{"privateMetadata":null}'],
  ['a number out of range, which would remove the field', '{"publicMetadata":{"a":1e999}}'],
  ['a number out of range in a list', '{"privateMetadata":{"a":[{"b":-1e999}]}}'],
  ['one field twice', '{"publicMetadata":{"a":1,"a":2}}'],
  ['a lone surrogate', '{"publicMetadata":{"a":"\\ud800"}}'],
  ['U+0000 in a name', '{"publicMetadata":{"\\u0000":1}}'],
])('%s is 422 and changes nothing', async (_, body) => {
  const { id } = await newUser({ publicMetadata: { a: 'kept' } })
  const answer = await sendText(`/v1/users/${id}`, 'PATCH', body)
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([422, 'request.invalid'])
  expect((await read(id)).body.publicMetadata).toEqual({ a: 'kept' })
})

test('a person reads the public metadata, writes none, and never sees the private metadata', async () => {
  const canary = 'canary-of-the-private-metadata'
  const email = `seen${++made}@example.com`
  const { id } = await newUser({ email, password: PASSWORD, publicMetadata: { plan: 'pro' } })
  const answers: string[] = []
  const own = async <T = User>(methodAndPath: string, body?: unknown, bearer?: string) => {
    const answer = await call<T>(t, methodAndPath, { token: bearer, body })
    answers.push(answer.text)
    return answer
  }
  expect((await patch(id, { privateMetadata: { note: canary } })).body.privateMetadata).toEqual({ note: canary })

  const session = (await own<Session>('POST /v1/auth/sign-in', { email, password: PASSWORD })).body
  expect(session.user.publicMetadata).toEqual({ plan: 'pro' })
  const refreshed = await own<Session>('POST /v1/auth/refresh', { refreshToken: session.refreshToken })
  const bearer = refreshed.body.accessToken
  await patch(id, { publicMetadata: { plan: 'max' } })
  expect((await own('GET /v1/me', undefined, bearer)).body.publicMetadata).toEqual({ plan: 'max' })
  for (const field of ['publicMetadata', 'privateMetadata'])
    for (const body of [{ [field]: {} }, { name: 'x', [field]: { plan: 'stolen' } }])
      expect((await own('PATCH /v1/me', body, bearer)).status).toBe(422)
  const signUp = { email: `own${++made}@example.com`, password: PASSWORD, publicMetadata: {} }
  expect((await own('POST /v1/auth/sign-up', signUp)).status).toBe(422)
  expect((await own('PATCH /v1/me', { name: 'Changed' }, bearer)).body).toMatchObject({
    publicMetadata: { plan: 'max' },
  })
  for (const path of ['sessions', 'mfa', 'identities', 'passkeys']) await own(`GET /v1/me/${path}`, undefined, bearer)
  expect(answers.filter((text) => text.includes(canary) || text.includes('"privateMetadata":'))).toEqual([])
  expect(JSON.stringify(t.logged)).not.toContain(canary)

  // Not in the audit log either: an event names the fields and no value.
  const { rows } = await t.deps.db.$client.execute({ sql: 'SELECT * FROM events WHERE user_id = ?', args: [id] })
  expect(JSON.stringify(rows)).not.toContain(canary)
  expect(rows.filter(({ type }) => type === 'user.updated').map(({ data }) => JSON.parse(String(data)))).toContainEqual(
    {
      fields: ['privateMetadata'],
    },
  )

  // The law gives a person all data about them (GDPR, article 15).
  const exported = await call<{ user: ManagedUser }>(t, 'GET /v1/me/export', { token: bearer })
  expect(exported.body.user).toMatchObject({
    username: null,
    publicMetadata: { plan: 'max' },
    privateMetadata: { note: canary },
  })
})

test('a repeated creation with one Idempotency-Key answers with the metadata, and makes one user', async () => {
  const body = { email: `twice${++made}@example.com`, privateMetadata: { crm: 1 } }
  const ask = { token, body, headers: { 'idempotency-key': 'metadata-twice' } }
  const [first, again] = [await call(t, 'POST /v1/users', ask), await call(t, 'POST /v1/users', ask)]
  expect(first.status).toBe(201)
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
})

const found = async (query: string, app = t, bearer = token) => {
  const items: ManagedUser[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const answer: { status: number; body: { items: ManagedUser[]; nextCursor: string | null } } = await call(
      app,
      `GET /v1/users?limit=2&${query}${cursor && `&cursor=${cursor}`}`,
      { token: bearer },
    )
    if (answer.status !== 200) throw new Error(String(answer.status))
    items.push(...answer.body.items)
    cursor = answer.body.nextCursor
  }
  return items.map(({ id }) => id)
}

test('a list is filtered by the declared key, with every sort, status, role and page', async () => {
  const of = async (...values: unknown[]) => {
    const ids: string[] = []
    for (const plan of values) ids.push((await newUser({ publicMetadata: { plan, other: 'Xplan' } })).id)
    return ids
  }
  const texts = await of('Xplan', 'Xplan', 'Xplan', 'Xplan', 'Xplan')
  const odd = await of(5, '5', true, 'true', 1.5, null, ['Xplan'], { a: 'Xplan' }, 'x'.repeat(201), 'a\'b"c')
  expect((await found('metadata=Xplan')).sort()).toEqual([...texts].sort())
  for (const sort of ['createdAt', '-createdAt', 'name', '-name', 'email', '-email']) {
    expect((await found(`metadata=Xplan&sort=${sort}`)).sort()).toEqual([...texts].sort())
    expect(await found(`metadata=Xplan&sort=${sort}&role=admin`)).toEqual([])
    expect((await found(`metadata=Xplan&sort=${sort}&role=user&q=person&status=active`)).sort()).toEqual(
      [...texts].sort(),
    )
  }
  expect(await found('metadata=Xplan&sort=email')).toEqual((await found('metadata=Xplan&sort=-email')).reverse())
  expect((await found('metadata=5')).sort()).toEqual([odd[0], odd[1]].map(String).sort())
  expect((await found('metadata=true')).sort()).toEqual([odd[2], odd[3]].map(String).sort())
  expect(await found('metadata=1.5')).toEqual([String(odd[4])])
  expect(await found('metadata=null')).toEqual([])
  expect(await found('metadata=')).toEqual([])
  expect(await found(`metadata=${encodeURIComponent('["Xplan"]')}`)).toEqual([])
  expect(await found(`metadata=${'x'.repeat(200)}`)).toEqual([])
  expect(await found(`metadata=${encodeURIComponent('a\'b"c')}`)).toEqual([String(odd[9])])

  const [first = '', second = ''] = texts
  await patch(first, { publicMetadata: { plan: null } })
  await patch(second, { publicMetadata: { plan: 'other', other: null } })
  expect((await found('metadata=Xplan')).sort()).toEqual(texts.slice(2).sort())
  expect(await found('metadata=other')).toEqual([second])
})

test('after a change of METADATA_FILTER_KEY lists are right at once, and a job makes them fast again', async () => {
  const { id } = await newUser({ publicMetadata: { plan: 'before', tier: 'gold' } })
  const { config } = t.deps
  const renamed = { ...config, variables: { ...config.variables, METADATA_FILTER_KEY: 'tier' } }
  const tags = async () => {
    const { rows } = await t.deps.db.$client.execute({
      sql: 'SELECT metadata_key AS key, metadata_value AS value FROM users WHERE id = ?',
      args: [id],
    })
    return [rows[0]?.key, rows[0]?.value]
  }
  const other = await createTestApp({
    env: { METADATA_FILTER_KEY: 'tier' },
    deps: { db: t.deps.db, longReads: t.deps.db },
  })
  try {
    const { accessToken } = await signIn(other, 'admin@example.com')
    expect(await found('metadata=gold', other, accessToken)).toEqual([id])
    expect(await found('metadata=before', other, accessToken)).toEqual([])
    expect(await tags()).toEqual(['plan', 'before'])
    await runJobs({ ...t.deps, config: renamed }, 'derive-metadata-filter')
    expect(await tags()).toEqual(['tier', 'gold'])
    expect(await found('metadata=gold', other, accessToken)).toEqual([id])
    expect(await found('metadata=before')).toEqual([id])
    await runJobs(t.deps, 'derive-metadata-filter')
    expect(await tags()).toEqual(['plan', 'before'])
  } finally {
    await other.close()
  }
})

test('without METADATA_FILTER_KEY the filter is 422', async () => {
  const plain = await createTestApp()
  try {
    const { accessToken } = await setUpAdmin(plain)
    const answer = await call(plain, 'GET /v1/users?metadata=pro', { token: accessToken })
    expect([answer.status, answer.body.code]).toEqual([422, 'request.invalid'])
    const body = { email: 'meta@example.com', publicMetadata: { plan: 'pro' } }
    expect((await call(plain, 'POST /v1/users', { token: accessToken, body })).status).toBe(201)
  } finally {
    await plain.close()
  }
})

test('metadata of a deleted user is gone', async () => {
  const { id } = await newUser({ publicMetadata: { plan: 'deleted-canary' } })
  expect((await call(t, `DELETE /v1/users/${id}`, { token })).status).toBe(204)
  expect(await found('metadata=deleted-canary')).toEqual([])
  expect((await signIn(t, 'admin@example.com')).user.publicMetadata).toEqual({})
})
