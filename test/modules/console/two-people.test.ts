/** Two people in one browser, in a real Chromium: an open page does nothing for the one who signed in last. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { browserPath, type Console, startConsole, signInHere } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  let c: Console
  beforeAll(async () => {
    c = await startConsole()
    for (const name of ['alice', 'bob', 'target']) await c.person(`${name}@example.com`)
    await c.person('second@example.com', ['user', 'admin'])
  })
  afterAll(() => c.stop())

  const emails = async () =>
    (await c.api<{ items: { email: string; status: string; name?: string }[] }>('GET /v1/users?limit=20')).items
  const one = async (email: string) => (await emails()).find((user) => user.email === email)

  test('the account page of Alice does not delete the account of Bob, and then shows Bob', async () => {
    const { page, context, leave } = await c.as('alice@example.com', '/account/data')
    await page
      .getByRole('button', { name: /Delete/ })
      .first()
      .click()
    await page.locator('input[name=typed]').fill('alice@example.com')
    await signInHere(await context.newPage(), c.origin, 'bob@example.com')
    const loaded = page.waitForEvent('load')
    await page.locator('dialog button[type=submit]').last().click()
    await loaded
    await page.goto(`${c.origin}/account`)
    await page.getByText('bob@example.com').first().waitFor()
    expect((await emails()).map(({ email }) => email)).toEqual(
      expect.arrayContaining(['alice@example.com', 'bob@example.com']),
    )
    await leave()
  })

  test('what one administrator confirms is not done by another one', async () => {
    const { id } = (await one('target@example.com')) as unknown as { id: string }
    const { page, context, leave } = await c.as('admin@example.com', `/console/users/${id}`)
    await page
      .getByRole('button', { name: /Disable/ })
      .first()
      .click()
    await signInHere(await context.newPage(), c.origin, 'second@example.com')
    const loaded = page.waitForEvent('load')
    await page.locator('dialog button[type=submit]').last().click()
    await loaded
    await page.locator('.person').getByText('second@example.com').waitFor()
    expect((await one('target@example.com'))?.status).toBe('active')
    await leave()
  })

  test('a tab that was open before an administrator acts as Bob changes nothing of Bob', async () => {
    const { id } = (await one('bob@example.com')) as unknown as { id: string }
    const { context, leave } = await c.as('admin@example.com', `/console/users/${id}`)
    const tab = await context.newPage()
    await tab.goto(`${c.origin}/account`)
    const name = tab.locator('input[name=name]').first()
    await name.fill('Typed as the administrator')
    const loaded = tab.waitForEvent('load')
    // The press comes with the answer: a moment later the tab may have learnt of the change, and have no form to press.
    const status = await tab.evaluate(async (path) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(path, { method: 'POST', headers, body: '{"reason":"Ticket 42","useCookie":true}' })
      document.querySelector<HTMLInputElement>('form:has(input[name=name]) input[name=name]')?.form?.requestSubmit()
      return answer.status
    }, `/v1/users/${id}/impersonate`)
    expect(status).toBe(200)
    await loaded
    await tab.getByRole('region', { name: 'You act as bob@example.com.' }).waitFor()
    expect((await one('bob@example.com'))?.name ?? '').toBe('')
    await tab.getByRole('button', { name: 'Stop acting as this person' }).click()
    await tab.waitForURL(/\/sign-in/)
    await leave()
  })
})
