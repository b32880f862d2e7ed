/** Mails of an organisation have its look, and stay mails of the server. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import type { Org } from '../../../src/modules/orgs/schema.ts'
import { call, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
let org: Org
beforeEach(async () => {
  t = await createTestApp()
  token = (await signUp(t, 'owner@example.com')).accessToken
  org = (await call<Org>(t, 'POST /v1/orgs', { token, body: { name: 'Acme', slug: 'acme' } })).body
})
afterEach(() => t.close())

async function invite(branding: unknown, email: string) {
  const published = await call(t, `PATCH /v1/orgs/${org.id}`, { token, body: { settings: { branding } } })
  expect(published.status, published.text).toBe(200)
  const invited = await call(t, `POST /v1/orgs/${org.id}/invitations`, { token, body: { email } })
  expect(invited.status, invited.text).toBe(201)
  await t.work()
  const mail = t.mails.findLast(({ to }) => to === email)
  if (mail === undefined) throw new Error(`no mail to ${email}`)
  return mail
}

test('an invitation has the colour and the name that the organisation publishes, beside the name of the server', async () => {
  const { html, text, subject } = await invite({ name: 'Acme People', color: '#0f766e' }, 'ada@example.com')
  expect(html).toContain('>Acme People · Threeger ID<')
  expect(html).toContain('border-top:4px solid #0f766e')
  expect(html).toContain('Sent by Threeger ID (')
  expect([subject, text].join()).not.toContain('Acme People')
})

test('without a name of its own it has that of the organisation, and none that looks like that of the server', async () => {
  expect((await invite({ color: '#0f766e' }, 'ada@example.com')).html).toContain('>Acme · Threeger ID<')
  await t.deps.db.run(sql`UPDATE organisations SET name = 'Threeger lD' WHERE id = ${org.id}`)
  const { html } = await invite({ color: '#be123c' }, 'bob@example.com')
  expect(html).toContain('>Threeger ID<')
  expect(html).not.toContain('#be123c')
})

test('a name never stands alone, and becomes no link', async () => {
  const { html } = await invite({ name: 'bank.example/login' }, 'bob@example.com')
  expect(html).toContain('>bank.\u200cexample/\u200clogin · Threeger ID<')
  expect(html).not.toContain('bank.example')
})

test('without branding it looks as every mail', async () => {
  const { html } = await invite(null, 'eve@example.com')
  expect(html).toContain('>Threeger ID<')
  expect(html).toContain('border-top:4px solid #3730a3')
})
