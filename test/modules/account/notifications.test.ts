/** Notifications on the account page, in a real Chromium. */
import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { setUpAdmin } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { send } from '../notifications/support/send.ts'
import { type AccountWorld, browserPath, card, said } from './support/account.ts'
import { button, type Visits, visits } from './support/visits.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let w: AccountWorld
let at: Visits['at']
let token: string

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  visits(({ w: world, at: open }) => {
    w = world
    at = open
  })
  beforeAll(async () => {
    token = (await setUpAdmin(w.t)).accessToken
  })
  const notify = ({ user }: { user: { id: string } }, title: string, more = {}) =>
    send(w.t, token, { to: [{ userId: user.id }], title, ...more })

  test('the bell counts, the list shows, and a mark is kept', async () => {
    const ada = await w.person()
    await notify(ada, 'The first', { body: 'With a text below it.', kind: 'billing' })
    await notify(ada, '<img src=x> \u202eseikooc', { kind: 'news' })
    const page = await at(ada, '/account')
    const bell = page.getByRole('link', { name: /^Notifications, / })
    await page.getByRole('link', { name: 'Notifications, 2 unread' }).click()
    const rows = card(page, 'Your notifications').locator('.rows > li')
    await rows.nth(1).waitFor()
    expect(await rows.nth(0).locator('bdi').textContent()).toBe('<img src=x> \u202eseikooc')
    expect(await rows.nth(1).textContent()).toContain('With a text below it.')
    expect(await checkPage(page, 'account-notifications')).toEqual([])

    await button(page, 'Mark as read: The first').click()
    await button(page, 'Mark as unread: The first').waitFor()
    await page.getByRole('link', { name: 'Notifications, 1 unread' }).waitFor()
    await page.reload()
    await button(page, 'Mark as unread: The first').click()
    await page.getByRole('link', { name: 'Notifications, 2 unread' }).waitFor()
    await button(page, 'Mark all as read').click()
    await said(page, 'All are marked as read.')
    await page.getByRole('link', { name: 'Notifications, 0 unread' }).waitFor()
    expect(await bell.textContent()).toBe('')
    expect(await button(page, 'Mark all as read').count()).toBe(0)
  })

  test('what comes while the page is open appears by itself, also a mark of another window', async () => {
    const ada = await w.person()
    const page = await at(ada, '/account/notifications')
    await page.getByText('There are no notifications.').waitFor()
    const { id } = await notify(ada, 'Just now')
    await page.getByText('Just now').waitFor()
    await page.getByRole('link', { name: 'Notifications, 1 unread' }).waitFor()
    await w.api(ada, `POST /v1/me/notifications/${id}/read`)
    await page.getByRole('link', { name: 'Notifications, 0 unread' }).waitFor()
    await button(page, 'Mark as unread: Just now').waitFor()
  })

  test('what comes between the list and the stream appears too', async () => {
    const ada = await w.person()
    const page = await at(ada, '/account/notifications')
    const { promise: sent, resolve: open } = Promise.withResolvers<void>()
    await page.route('**/v1/events', async (route) => {
      await sent
      await route.continue()
    })
    await page.reload()
    await page.getByText('There are no notifications.').waitFor()
    await notify(ada, 'In between')
    open()
    await page.getByText('In between').waitFor()
  })

  test('a choice is kept, and counts', async () => {
    const ada = await w.person()
    await notify(ada, 'Once', { kind: 'news' })
    const page = await at(ada, '/account#choices')
    const choose = async (kind: string, choice: string) => {
      const saved = page.waitForResponse((response) => response.request().method() === 'PATCH')
      await page.getByLabel(kind).selectOption(choice)
      expect((await saved).status()).toBe(200)
    }
    await choose('news', 'Not at all')
    await said(page, 'Saved.')
    await choose('All other kinds', 'Only here')
    await page.reload()
    expect(await page.getByLabel('news').inputValue()).toBe('off')
    expect(await page.getByLabel('All other kinds').inputValue()).toBe('in_app')
    await notify(ada, 'Twice', { kind: 'news' })
    await notify(ada, 'Another', { kind: 'billing' })
    await page.getByText('Another').waitFor()
    expect(await page.getByText('Twice').count()).toBe(0)
    await choose('news', 'As all other kinds')
    await notify(ada, 'Again', { kind: 'news' })
    await page.getByText('Again').waitFor()
  })
})
