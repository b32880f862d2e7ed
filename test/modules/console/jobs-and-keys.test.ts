/** Jobs and signing keys in the console. In a real Chromium. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { checkPage } from '../../support/page-checks.ts'
import { deadJob, storedJob } from '../../support/jobs.ts'
import { act, dialog, row, said } from './support/acts.ts'
import { ADMIN, browserPath, type Console, heading, startConsole } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let c: Console
const READER = 'reader@example.com'
const HOSTILE = '<img src=x onerror=alert(1)> 550 "mailbox unavailable"'

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  // Each test has a server of its own: what another one made would be in its lists.
  beforeEach(async () => {
    c = await startConsole()
    await c.api('POST /v1/roles', { name: 'watcher', permissions: ['jobs:read', 'signing-keys:read'] })
    await c.person(READER, ['watcher'])
  })
  afterEach(() => c?.stop())

  test('a job that was given up says why; it is retried, and discarded', async () => {
    const id = await deadJob(c.t, c.admin.user.id)
    await c.t.deps.db.$client.execute({ sql: 'UPDATE jobs SET last_error = ? WHERE id = ?', args: [HOSTILE, id] })
    const { page, complaints, leave } = await c.as(ADMIN, '/console/jobs?state=dead')
    await heading(page, 'Jobs')
    await row(page, 'suite').waitFor()
    expect(await checkPage(page, 'console-jobs')).toEqual([])
    await row(page, 'suite').getByRole('link').click()
    await heading(page, 'Job: suite')
    await page.getByText(HOSTILE).waitFor()
    expect(await page.locator('main img').count()).toBe(0)
    expect(await checkPage(page, 'console-job')).toEqual([])
    await page.getByRole('button', { name: 'Retry now' }).click()
    const shown = await dialog(page).locator('.as-command').textContent()
    expect(shown).toContain(`bun run cli jobs retry ${id}`)
    expect(shown).toContain(`/v1/jobs/${id}/retry`)
    await act(page, 'Retry')
    await said(page, 'The job is due now.')
    await page.getByText('It waits for its time, or is running.').waitFor()
    expect((await storedJob(c.t, id)).state).toBe('pending')
    await page.getByRole('button', { name: 'Discard' }).click()
    await act(page, 'Discard')
    await page.getByText('It was cancelled').waitFor()
    expect((await storedJob(c.t, id)).payload).toBeNull()
    expect(await page.getByRole('button', { name: 'Retry now' }).count()).toBe(0)
    expect(complaints).toEqual([])
    await leave()
  })

  test('all that were given up are retried at once, more than one page of them', async () => {
    const ids = await Promise.all(Array.from({ length: 103 }, () => deadJob(c.t)))
    const { page, complaints, leave } = await c.as(ADMIN, '/console/jobs')
    await page.getByRole('button', { name: 'Retry all that were given up' }).click()
    expect(await dialog(page).locator('.as-command').textContent()).toContain('bun run cli jobs retry --dead')
    expect(await checkPage(page, 'console-jobs-retry')).toEqual([])
    await act(page, 'Retry all')
    await said(page, '103 jobs are due now.')
    const states = await Promise.all(ids.map((id) => storedJob(c.t, id)))
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['pending']))
    expect(complaints).toEqual([])
    await leave()
  })

  test('a key is rotated, and the old one revoked after its name was typed', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/signing-keys')
    await heading(page, 'Signing keys')
    await row(page, 'EdDSA').waitFor()
    expect(await checkPage(page, 'console-signing-keys')).toEqual([])
    await page.getByRole('button', { name: 'Rotate EdDSA' }).click()
    expect(await dialog(page).locator('.as-command').textContent()).toContain(
      'bun run cli signing-keys rotate --alg EdDSA',
    )
    await act(page, 'Publish a new key')
    await said(page, 'A new key is published.')
    await row(page, 'next').waitFor()
    const old = row(page, 'signs').first()
    const id = (await old.locator('code').textContent()) ?? ''
    await old.getByRole('button', { name: `Revoke: ${id}` }).click()
    const sure = dialog(page).getByRole('button', { name: 'Revoke the key' })
    expect(await sure.isDisabled()).toBe(true)
    expect(await checkPage(page, 'console-signing-key-revoke')).toEqual([])
    await dialog(page).getByLabel(/^Type/).fill(id.slice(-8))
    await sure.click()
    await said(page, 'The key is revoked')
    await row(page, 'revoked').waitFor()
    expect(await row(page, 'revoked').getByRole('button').count()).toBe(0)
    const jwks = await page.evaluate(async () => (await fetch('/.well-known/jwks.json')).text())
    expect(jwks).not.toContain(id)
    expect(complaints).toEqual([])
    await leave()
  })

  test('an old session proves who it is before it changes a key', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/signing-keys')
    await row(page, 'EdDSA').first().waitFor()
    c.t.clock.advance(601_000)
    await page.getByRole('button', { name: 'Rotate EdDSA' }).click()
    await act(page, 'Publish a new key')
    await page.getByLabel('Password').fill('correct horse battery staple')
    await page.getByRole('button', { name: /^(?:Confirm|Continue)/ }).click()
    await said(page, 'A new key is published.')
    expect(complaints).toEqual([])
    await leave()
  })

  test('who may only read sees both without their acts', async () => {
    await deadJob(c.t)
    const { page, complaints, leave } = await c.as(READER, '/console/signing-keys')
    await row(page, 'EdDSA').first().waitFor()
    expect(await page.getByRole('button', { name: /Rotate|Revoke/ }).count()).toBe(0)
    await page.goto(`${c.origin}/console/jobs`)
    await heading(page, 'Jobs')
    await page.locator('main tbody tr a').first().click()
    await page.getByText('Queued').waitFor()
    expect(await page.getByRole('button', { name: /Retry|Discard/ }).count()).toBe(0)
    expect(complaints).toEqual([])
    await leave()
  })
})
