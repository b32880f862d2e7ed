/** Webhooks and actions in the console. In a real Chromium, with real receivers. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { createPatientFetch } from '../../support/patient-fetch.ts'
import { call, PASSWORD, signIn } from '../../support/client.ts'
import { checkPage, focusWhenShown } from '../../support/page-checks.ts'
import { decides, type Program, startProgram } from '../actions/support/program.ts'
import { act, dialog, row, said } from './support/acts.ts'
import { ADMIN, browserPath, type Console, heading, startConsole } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let c: Console
let receiver: Program
const OWNER = 'olive@acme.example'

const sameTime = (page: Page) => page.clock.setFixedTime(c.t.clock.now())
const shownSecret = (page: Page) => dialog(page).locator('.secret input').inputValue()
const signUp = () =>
  call(c.t, 'POST /v1/auth/sign-up', { body: { email: `new${Math.random()}@example.com`, password: PASSWORD } })

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeEach(async () => {
    c = await startConsole({ WEBHOOK_PRIVATE_TARGETS: 'allow' })
    // The test app answers for foreign hosts itself; here the requests go over sockets.
    c.t.deps.fetchPublic = createPatientFetch({ privateTargets: false })
    receiver = await startProgram()
    receiver.answer = (_, response) => response.end('ok')
  })
  afterEach(async () => {
    receiver.stop()
    await c?.stop()
  })

  test('a webhook is made, its secret shown once and replaced, a test sent, read and sent again, and it ends', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/webhooks')
    await sameTime(page)
    await heading(page, 'Webhooks')
    await page.getByText('There is no webhook in the instance.').waitFor()
    expect(await checkPage(page, 'console-webhooks-none')).toEqual([])
    await page.getByRole('button', { name: 'New webhook' }).click()
    await dialog(page).getByLabel('URL', { exact: true }).fill('ftp://shop.example/hooks')
    await dialog(page).getByLabel('Events').fill('user.*\nNonsense!')
    await dialog(page).getByLabel('What it is for').fill('<b>Orders</b>')
    await act(page, 'Create webhook')
    await dialog(page).locator('[aria-invalid=true]').first().waitFor()
    expect(await checkPage(page, 'console-webhook-new')).toEqual([])
    await dialog(page).getByLabel('URL', { exact: true }).fill(receiver.url)
    await dialog(page).getByLabel('Events').fill('user.*')
    await act(page, 'Create webhook')
    await dialog(page).getByText('It is shown this once.').waitFor()
    const secret = await shownSecret(page)
    expect(secret).toMatch(/^whsec_/)
    expect(await checkPage(page, 'console-webhook-secret')).toEqual([])
    await act(page, 'I have saved it')
    expect(await page.content()).not.toContain(secret)
    await row(page, '<b>Orders</b>').getByText('active').waitFor()

    await page.getByRole('link', { name: receiver.url }).click()
    await page.getByRole('heading', { level: 2, name: receiver.url }).waitFor()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await act(page, 'Send test')
    await said(page, 'The test is sent.')
    await c.t.work()
    await page.getByRole('button', { name: 'Refresh' }).click()
    const sent = row(page, 'webhook.test')
    await sent.getByText('delivered').waitFor()
    expect(receiver.asked).toHaveLength(1)
    expect(receiver.verify(secret, c.t.clock.now())).toMatchObject({ type: 'webhook.test' })
    await sent.getByRole('button', { name: 'Show' }).click()
    await dialog(page).getByText('"webhook.test"').waitFor()
    await dialog(page).getByText('ok', { exact: true }).waitFor()
    expect(await checkPage(page, 'console-webhook-delivery')).toEqual([])
    await dialog(page).getByRole('button', { name: 'Close' }).click()
    await sent.getByRole('button', { name: 'Send again' }).click()
    await act(page, 'Send again')
    await said(page, 'It is sent again.')
    await c.t.work()
    expect(receiver.asked.map(({ headers }) => headers['webhook-id'])).toHaveLength(2)
    expect(receiver.asked[1]?.headers['webhook-id']).toBe(receiver.asked[0]?.headers['webhook-id'] ?? 'none')
    expect(receiver.asked[1]?.body).toBe(receiver.asked[0]?.body ?? 'none')
    await page.locator('.filter select').selectOption('failed')
    await page.getByText('Nothing was sent in the last 14 days.').waitFor()
    await page.locator('.filter select').selectOption('')

    await page.getByRole('button', { name: 'Replace secret' }).click()
    await dialog(page).getByLabel('The old secret signs for another').selectOption('1')
    await act(page, 'Replace secret')
    const next = await shownSecret(page)
    await act(page, 'I have saved it')
    await page.getByText('signs too, and ends').waitFor()
    expect(await checkPage(page, 'console-webhook')).toEqual([])
    await c.person('somebody@example.com')
    await c.t.work()
    const created = receiver.asked.findIndex(({ question }) => question.type === 'user.created')
    for (const known of [secret, next]) receiver.verify(known, c.t.clock.now(), created)

    await page.getByRole('button', { name: 'Disable' }).click()
    await act(page, 'Disable')
    await said(page, 'The webhook is disabled.')
    await page.getByRole('button', { name: 'Enable' }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await dialog(page).getByLabel('to go on').fill(new URL(receiver.url).host)
    await act(page, 'Delete webhook')
    await page.getByText('There is no webhook in the instance.').waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('an owner has the webhooks of the organisation, and sends the failed deliveries of a time again', async () => {
    await c.person(OWNER)
    const { accessToken: token } = await signIn(c.t, OWNER)
    const orgId = (await call<{ id: string }>(c.t, 'POST /v1/orgs', { token, body: { name: 'Acme' } })).body.id
    const body = { url: receiver.url, events: ['org.*'], orgId }
    const { id } = (await call<{ id: string }>(c.t, 'POST /v1/webhooks', { token, body })).body
    const { page, complaints, leave } = await c.as(OWNER, `/console/orgs/${orgId}/webhooks`)
    await sameTime(page)
    await page.getByRole('link', { name: receiver.url }).click()
    receiver.answer = decides({}, 500)
    await call(c.t, `PATCH /v1/orgs/${orgId}`, { token, body: { name: 'Acme two' } })
    await c.t.work()
    expect(receiver.asked).toHaveLength(1)
    await c.t.deps.db.$client.execute({
      sql: `UPDATE webhook_deliveries SET state = 'failed', finished_at = ? WHERE webhook_id = ?`,
      args: [c.t.clock.now(), id],
    })
    receiver.answer = (_, response) => response.end('ok')
    c.t.clock.advance(60_000) // the time ends now, and does not have this moment
    await page.reload()
    await row(page, 'org.updated').getByText('failed').waitFor()
    expect(await checkPage(page, 'console-org-webhook')).toEqual([])
    await page.getByRole('button', { name: 'Send a time again' }).click()
    const from = await page.evaluate((at) => {
      const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000)
      return local.toISOString().slice(0, 16)
    }, c.t.clock.now() - 3_600_000)
    await dialog(page).getByLabel('From').fill(from)
    expect(await checkPage(page, 'console-webhook-replay')).toEqual([])
    await act(page, 'Send again')
    await said(page, 'They are sent again')
    c.t.clock.advance(3_600_000) // past what the endpoint is spared after its failure
    for (let turn = 0; turn < 5 && receiver.asked.length < 2; turn++) await c.t.work()
    expect(receiver.asked.map(({ headers }) => headers['webhook-id'])[1]).toBe(
      receiver.asked[0]?.headers['webhook-id'] ?? 'none',
    )
    expect(complaints).toEqual([])
    await leave()
  })

  test('an action is made disabled, tested, and then decides', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/actions')
    await sameTime(page)
    await page.getByText('There is no action.').waitFor()
    await page.getByRole('button', { name: 'New action' }).click()
    await dialog(page).getByLabel('URL', { exact: true }).fill('http://169.254.169.254/latest')
    await dialog(page).getByLabel('Milliseconds it gets').fill('9000')
    const focused = focusWhenShown(page, 'dialog [role=alert] p')
    await act(page, 'Create action')
    expect(await focused).toBe('timeoutMs')
    await dialog(page).getByLabel('URL', { exact: true }).fill(receiver.url)
    await dialog(page).getByLabel('Milliseconds it gets').fill('2000')
    expect(await checkPage(page, 'console-action-new')).toEqual([])
    await act(page, 'Create action')
    const secret = await shownSecret(page)
    await act(page, 'I have saved it')
    expect((await signUp()).status).toBe(201)
    expect(receiver.asked).toHaveLength(0)
    await row(page, receiver.url).getByText('disabled').waitFor()
    expect(await checkPage(page, 'console-actions')).toEqual([])

    await page.getByRole('link', { name: receiver.url }).click()
    await page.getByRole('button', { name: 'Test' }).click()
    await page.getByText('It made no decision.').waitFor()
    receiver.answer = decides({ decision: 'deny', reason: 'Not <i>you</i>' })
    await page.getByRole('button', { name: 'Test' }).click()
    await page.getByText('Not <i>you</i>').waitFor()
    receiver.verify(secret, c.t.clock.now())
    expect(await checkPage(page, 'console-action')).toEqual([])
    await page.getByRole('button', { name: 'Change' }).click()
    await dialog(page).getByLabel('It decides from now on').check()
    await act(page, 'Save')
    await said(page, 'It is saved.')
    expect((await signUp()).body).toMatchObject({ code: 'action.denied', detail: 'Not <i>you</i>' })
    await page.getByRole('button', { name: 'Delete' }).click()
    await act(page, 'Delete action')
    await page.getByText('There is no action.').waitFor()
    expect((await signUp()).status).toBe(201)
    expect(complaints).toEqual([])
    await leave()
  })
})
