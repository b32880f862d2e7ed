/** Organisations: made, read, changed, deleted and restored. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Org } from '../../../src/modules/orgs/schema.ts'
import { systemCause } from '../../../src/core/events/new-event.ts'
import type { Problem } from '../../../src/errors.ts'
import { GRACE_MS } from '../../../src/modules/orgs/grace.ts'
import { restoreOrg } from '../../../src/modules/orgs/service.ts'
import { sweepOrgs } from '../../../src/modules/orgs/sweep-orgs.ts'
import { type Answer, call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { joinOrg } from './runtime-cases.ts'

let t: TestApp
let admin: Session
let owner: Session
beforeEach(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  owner = await signUp(t, 'owner@example.com')
})
afterEach(() => t.close())

interface OwnOrgs {
  items: { org: Org; roles: string[] }[]
  nextCursor: string | null
}

test('a person makes an organisation, is its owner, and reads it', async () => {
  const made = await call<Org>(t, 'POST /v1/orgs', { token: owner.accessToken, body: { name: 'Ácme & Söhne' } })
  expect(made.status, made.text).toBe(201)
  expect(made.body).toMatchObject({ name: 'Ácme & Söhne', slug: 'acme-sohne' })
  expect(made.body.settings).toEqual({
    mfaRequired: false,
    sessionMaxAgeSeconds: null,
    signInMethods: null,
    emailDomains: null,
    branding: null,
  })
  expect(made.headers.get('location')).toBe(`/v1/orgs/${made.body.id}`)
  expect(made.headers.get('etag')).toBe('"1"')
  const read = await call<Org>(t, `GET /v1/orgs/${made.body.id}`, { token: owner.accessToken })
  expect(read.body).toEqual(made.body)
  const mine = await call<OwnOrgs>(t, 'GET /v1/me/orgs', { token: owner.accessToken })
  const listed = { org: made.body, roles: ['owner'], active: false }
  expect(mine.body as unknown).toEqual({ items: [listed], nextCursor: null })
  const body = { orgId: made.body.id }
  expect((await call(t, 'POST /v1/me/active-org', { token: owner.accessToken, body })).status).toBe(200)
  const after = await call<OwnOrgs>(t, 'GET /v1/me/orgs', { token: owner.accessToken })
  expect(after.body as unknown).toEqual({ items: [{ ...listed, active: true }], nextCursor: null })
  await call(t, 'POST /v1/me/active-org', { token: owner.accessToken, body: { orgId: null } })
  const stranger = await signUp(t, 'stranger@example.com')
  expect((await call(t, `GET /v1/orgs/${made.body.id}`, { token: stranger.accessToken })).body.code).toBe(
    'org.not_found',
  )
  expect((await call(t, `GET /v1/orgs/${made.body.id}`, { token: admin.accessToken })).status).toBe(200)
})

const make = async (token: string, name = 'Acme') =>
  (await call<Org>(t, 'POST /v1/orgs', { token, body: { name } })).body

test('a change needs the current version, and a setting that is null gets its default', async () => {
  const token = owner.accessToken
  const { id } = await make(token)
  const path = `PATCH /v1/orgs/${id}`
  const settings = { mfaRequired: false, signInMethods: ['passkey', 'password'], emailDomains: ['acme.example'] }
  const changed = await call<Org>(t, path, { token, headers: { 'if-match': '"1"' }, body: { name: 'New', settings } })
  expect(changed.body, changed.text).toMatchObject({
    name: 'New',
    settings: { ...settings, sessionMaxAgeSeconds: null },
  })
  expect(changed.headers.get('etag')).toBe('"2"')
  const late = await call(t, path, { token, headers: { 'if-match': '"1"' }, body: { name: 'Late' } })
  expect([late.status, late.body.code]).toEqual([412, 'org.changed'])
  const reset = await call<Org>(t, path, { token, body: { settings: { signInMethods: null } } })
  expect(reset.body.settings).toMatchObject({ signInMethods: null, emailDomains: ['acme.example'] })
  expect((await call<Org>(t, `GET /v1/orgs/${id}`, { token })).body).toEqual(reset.body)
})

test('a slug belongs to one organisation, also while that is deleted', async () => {
  const token = owner.accessToken
  const first = (await call<Org>(t, 'POST /v1/orgs', { token, body: { name: 'First', slug: 'only-one' } })).body
  const again = await call(t, 'POST /v1/orgs', { token, body: { name: 'Second', slug: 'only-one' } })
  expect([again.status, again.body.code]).toEqual([409, 'org.slug_taken'])
  expect((await call(t, `DELETE /v1/orgs/${first.id}`, { token })).status).toBe(204)
  const whileDeleted = await call(t, 'POST /v1/orgs', { token, body: { name: 'Third', slug: 'only-one' } })
  expect(whileDeleted.body.code).toBe('org.slug_taken')
  const derived = await call<Org>(t, 'POST /v1/orgs', { token, body: { name: 'Only One' } })
  expect(derived.body.slug).toMatch(/^only-one-[0-9a-f]{8}$/)
})

test('a repeat with one key makes one organisation, also at the same time', async () => {
  const token = (await signUp(t, 'twice@example.com')).accessToken
  const ask = () =>
    call<Org>(t, 'POST /v1/orgs', { token, headers: { 'idempotency-key': 'one' }, body: { name: 'Once' } })
  const answers = await Promise.all([ask(), ask(), ask()])
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect((await call<OwnOrgs>(t, 'GET /v1/me/orgs', { token })).body.items).toHaveLength(1)
})

test('a deleted organisation is 404, its owner restores it, and after 30 days it is erased', async () => {
  const clean = await createTestApp()
  const { accessToken: token } = await signUp(clean, 'boss@example.com')
  const ask = (route: string, body?: unknown, by = token) => call(clean, route, { token: by, body })
  const { id } = (await ask('POST /v1/orgs', { name: 'Gone' })).body as unknown as Org
  expect((await ask(`DELETE /v1/orgs/${id}`)).status).toBe(204)
  for (const route of [
    `GET /v1/orgs/${id}`,
    `DELETE /v1/orgs/${id}`,
    `GET /v1/orgs/${id}/members`,
    `GET /v1/orgs/${id}/events`,
  ])
    expect((await ask(route)).body.code, route).toBe('org.not_found')
  expect((await ask(`PATCH /v1/orgs/${id}`, { name: 'x' })).body.code).toBe('org.not_found')
  const mine = (await ask('GET /v1/me/orgs')).body as unknown as OwnOrgs
  expect(mine.items[0]?.org.deletedAt).toBeString()
  await clean.work()
  await clean.work()
  expect(clean.mails.filter(({ subject }) => subject.includes('organisation'))).toHaveLength(1)
  expect((await ask(`POST /v1/orgs/${id}/restore`)).status).toBe(200)
  expect((await ask(`POST /v1/orgs/${id}/restore`)).status).toBe(200)
  expect((await ask(`GET /v1/orgs/${id}`)).status).toBe(200)
  expect((await ask(`DELETE /v1/orgs/${id}`)).status).toBe(204)

  clean.clock.advance(GRACE_MS - 1)
  expect((await sweepOrgs(clean.deps, clean.clock.now(), 100)).organisations).toBe(0)
  clean.clock.advance(1)
  const late = await restoreOrg(clean.deps, systemCause, id).catch((error: Problem) => error.code)
  expect(late).toBe('org.not_found')
  expect(await sweepOrgs(clean.deps, clean.clock.now(), 100)).toEqual({ organisations: 1, rows: 2 })
  expect(await sweepOrgs(clean.deps, clean.clock.now(), 100)).toEqual({ organisations: 0, rows: 0 })
  for (const table of ['organisations', 'org_members', 'org_member_roles'])
    expect((await clean.deps.db.$client.execute(`SELECT * FROM ${table}`)).rows, table).toEqual([])
  const types = await clean.deps.db.$client.execute(`SELECT type FROM events WHERE org_id IS NOT NULL ORDER BY id`)
  expect(types.rows.map(({ type }) => type)).toEqual([
    'org.created',
    'org.deleted',
    'org.restored',
    'org.deleted',
    'org.erased',
  ])
  await clean.close()
})

test('administrators list all organisations, and search by the beginning of slug or name', async () => {
  const clean = await createTestApp()
  const token = (await setUpAdmin(clean)).accessToken
  for (const [name, slug] of [
    ['Alpha', 'zulu-1'],
    ['alphabet', 'alpha-1'],
    ['Beta', 'alpha-2'],
    ['ALPINE', 'beta-3'],
    ['Gamma', 'gamma'],
  ])
    await call(clean, 'POST /v1/orgs', { token, body: { name, slug } })
  const list = async (query: string) => {
    const slugs: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Answer<{ items: Org[]; nextCursor: string | null }> = await call(
        clean,
        `GET /v1/orgs?limit=2&${query}${cursor && `&cursor=${cursor}`}`,
        { token },
      )
      expect(page.status, page.text).toBe(200)
      slugs.push(...page.body.items.map(({ slug }) => slug))
      cursor = page.body.nextCursor
    }
    return slugs
  }
  expect(await list('')).toEqual(['gamma', 'beta-3', 'alpha-2', 'alpha-1', 'zulu-1'])
  expect(await list('q=alp')).toEqual(['alpha-1', 'alpha-2', 'zulu-1', 'beta-3'])
  expect(await list('q=ALPHA')).toEqual(['alpha-1', 'alpha-2', 'zulu-1'])
  expect(await list('q=%25')).toEqual([])
  expect((await call(clean, 'GET /v1/orgs?q=alp&cursor=xx', { token })).status).toBe(422)
  await clean.close()
})

test('a person owns 100 organisations at most', async () => {
  const clean = await createTestApp()
  const { accessToken: token } = await signUp(clean, 'many@example.com')
  for (let made = 0; made < 100; made++)
    expect((await call(clean, 'POST /v1/orgs', { token, body: { name: `Org ${made}` } })).status).toBe(201)
  expect((await call(clean, 'POST /v1/orgs', { token, body: { name: 'One more' } })).body.code).toBe('org.too_many')
  await clean.close()
})

test('an anonymous account makes none', async () => {
  const clean = await createTestApp()
  const { body } = await call<Session>(clean, 'POST /v1/auth/anonymous', { body: {} })
  const refused = await call(clean, 'POST /v1/orgs', { token: body.accessToken, body: { name: 'x' } })
  expect(refused.body.code).toBe('org.anonymous_refused')
  await clean.close()
})

test('a session loses its active organisation when that is deleted, and has it again after the undo', async () => {
  const { accessToken: token, user } = await signUp(t, 'active@example.com')
  const { id } = await make(token, 'Active')
  const { $client } = t.deps.db
  await $client.execute({ sql: 'UPDATE sessions SET org_id = ? WHERE user_id = ?', args: [id, user.id] })
  t.deps.principals.forgetAll()
  let names = 0
  /** The organisation for which the session acts, as its events say. */
  const activeOrg = async () => {
    expect((await call(t, 'PATCH /v1/me', { token, body: { name: `Name ${++names}` } })).status).toBe(200)
    const { rows } = await $client.execute({
      sql: `SELECT org_id FROM events WHERE type = 'user.updated' AND user_id = ? ORDER BY id DESC LIMIT 1`,
      args: [user.id],
    })
    return rows[0]?.org_id
  }
  expect(await activeOrg()).toBe(id)
  expect((await call(t, `DELETE /v1/orgs/${id}`, { token })).status).toBe(204)
  expect(await activeOrg()).toBeNull()
  expect((await call(t, `POST /v1/orgs/${id}/restore`, { token })).status).toBe(200)
  t.deps.principals.forgetAll() // as the next refresh does for the person
  expect(await activeOrg()).toBe(id)
  // What the person did with the own account is not shown to the organisation.
  const shown = await call<{ items: { type: string }[] }>(t, `GET /v1/orgs/${id}/events`, { token })
  expect(shown.body.items.map(({ type }) => type)).toEqual(['org.restored', 'org.deleted', 'org.created'])
})

test('an organisation with many rows is erased in slices, and nothing of it is left', async () => {
  const clean = await createTestApp()
  const { accessToken: token } = await signUp(clean, 'big@example.com')
  const { body } = await call<Org>(clean, 'POST /v1/orgs', { token, body: { name: 'Big' } })
  const kept = await call<Org>(clean, 'POST /v1/orgs', { token, body: { name: 'Kept' } })
  for (let made = 0; made < 5; made++) {
    const { user } = await signUp(clean, `of-big${made}@example.com`)
    for (const org of [body, kept.body]) await joinOrg(clean.deps.db.$client, org.id, user.id, 'member')
  }
  const of = async (orgId: string) => {
    const counts = await Promise.all(
      ['org_members', 'org_member_roles'].map(
        async (table) =>
          (await clean.deps.db.$client.execute(`SELECT count(*) AS n FROM ${table} WHERE org_id = '${orgId}'`)).rows[0]
            ?.n,
      ),
    )
    return counts
  }
  await call(clean, `DELETE /v1/orgs/${body.id}`, { token })
  clean.clock.advance(GRACE_MS)
  let slices = 0
  for (;;) {
    const { organisations, rows } = await sweepOrgs(clean.deps, clean.clock.now(), 2)
    if (organisations === 0 && rows === 0) break
    slices++
  }
  expect(slices).toBe(3)
  expect(await of(body.id)).toEqual([0, 0])
  expect(await of(kept.body.id)).toEqual([6, 6])
  await clean.close()
})

test('owners get at most ten mails an hour about one organisation', async () => {
  const clean = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  const { accessToken: token } = await signUp(clean, 'mailed@example.com')
  const { body } = await call<Org>(clean, 'POST /v1/orgs', { token, body: { name: 'Again and again' } })
  for (let round = 0; round < 12; round++) {
    expect((await call(clean, `DELETE /v1/orgs/${body.id}`, { token })).status).toBe(204)
    expect((await call(clean, `POST /v1/orgs/${body.id}/restore`, { token })).status).toBe(200)
  }
  await clean.work()
  await clean.work()
  expect(clean.mails.filter(({ subject }) => subject.includes('organisation'))).toHaveLength(10)
  await clean.close()
})

test('hostile names stay text in the mail, and malformed input is 422', async () => {
  const { accessToken: token } = await signUp(t, 'hostile@example.com')
  const { id } = await make(token, '<a href="https://evil.example">Click {brand} here</a> https://evil.example')
  t.mails.length = 0
  await call(t, `DELETE /v1/orgs/${id}`, { token })
  await t.work()
  await t.work()
  const mail = t.mails.find(({ to }) => to === 'hostile@example.com')
  expect(t.mails.some(({ html }) => html.includes('<a href="https://evil.example"'))).toBeFalse()
  expect(mail).toBeDefined()
  for (const body of [
    {},
    { name: '' },
    { name: '   ' },
    { name: 'x'.repeat(101) },
    { name: 'x', slug: 'A' },
    { name: 'x', slug: '-a' },
    { name: 'x', slug: 'a-' },
    { name: 'x', slug: 'ab'.repeat(32) },
    { name: 'x', slug: 'ä1' },
    { name: 'x', settings: {} },
  ])
    expect((await call(t, 'POST /v1/orgs', { token, body })).status, JSON.stringify(body)).toBe(422)
  const own = await make(token, 'Settings')
  for (const settings of [
    { mfaRequired: 'yes' },
    { sessionMaxAgeSeconds: 1 },
    { signInMethods: [] },
    { signInMethods: ['magic'] },
    { emailDomains: ['Acme.example'] },
    { emailDomains: ['localhost'] },
    { emailDomains: ['acme.example', 'acme.example'] },
    { other: true },
  ])
    expect(
      (await call(t, `PATCH /v1/orgs/${own.id}`, { token, body: { settings } })).status,
      JSON.stringify(settings),
    ).toBe(422)
})

test('who reads users learns the names of their organisations, and not their settings', async () => {
  const org = await make(owner.accessToken)
  await call(t, `PATCH /v1/orgs/${org.id}`, {
    token: owner.accessToken,
    body: { settings: { emailDomains: ['secret-customer.example'] } },
  })
  const { body } = await call(t, `GET /v1/users/${owner.user.id}/orgs`, { token: admin.accessToken })
  expect(body).toEqual({
    items: [{ org: { id: org.id, name: org.name, slug: org.slug }, roles: ['owner'] }],
    nextCursor: null,
  })
})
