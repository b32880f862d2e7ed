/** Notifications in the console: sent, followed, read by whom they are for, and retracted. In a real Chromium. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Session, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { join, makeOrg } from '../api-keys/support/keys.ts'
import { listOf, send, sentAs, titlesOf } from '../notifications/support/send.ts'
import { act, dialog, row, said } from './support/acts.ts'
import { ADMIN, browserPath, type Console, heading, startConsole } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let c: Console
const OWNER = 'olive@acme.example'
const HOSTILE = `<img src=x onerror=alert(1)> O'Hara $(id)`

/** A person of the console, signed in beside it. */
const signedIn = async (email: string, roles?: readonly string[], more?: Record<string, unknown>): Promise<Session> => {
  await c.person(email, roles, more)
  return signIn(c.t, email)
}
const itemOf = (page: Page): string => new URL(page.url()).searchParams.get('item') ?? ''
const addWhat = (page: Page, label: string) => dialog(page).getByLabel('Add', { exact: true }).selectOption({ label })
const begin = (page: Page) => page.getByRole('button', { name: 'New notification' }).click()
const isShown = (page: Page, title: string) => page.getByRole('heading', { level: 2, name: title }).waitFor()

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeEach(async () => {
    c = await startConsole()
  })
  afterEach(() => c?.stop())

  test('an administrator writes to a role and to a person, follows the jobs, and retracts it', async () => {
    const grace = await signedIn('grace@example.com', ['user'], { name: HOSTILE })
    const other = await signedIn('other@example.com')
    const { page, complaints, leave } = await c.as(ADMIN, '/console/notifications')
    await heading(page, 'Notifications')
    await page.getByText('No notification was sent in the instance').waitFor()
    expect(await checkPage(page, 'console-notifications-none')).toEqual([])

    await begin(page)
    await dialog(page).getByLabel('Title').fill(HOSTILE)
    await act(page, 'Send notification')
    await dialog(page).getByText('Add at least one recipient.').waitFor()
    await addWhat(page, 'A person')
    const search = dialog(page).getByLabel('Name, e-mail or id of a person')
    await search.fill('nobody-has-this-name')
    await dialog(page).getByText('Nobody was found.').waitFor()
    await search.fill('grace@')
    await dialog(page).getByRole('list', { name: 'Found' }).getByText(HOSTILE).waitFor() // as text
    expect(await checkPage(page, 'console-notification-search')).toEqual([])
    await dialog(page).getByRole('button', { name: 'Add: grace@example.com' }).click()
    await dialog(page).getByRole('button', { name: 'Remove grace@example.com' }).waitFor()
    await addWhat(page, 'Everybody with a role')
    await dialog(page).getByLabel('Role', { exact: true }).selectOption('user')
    await dialog(page).getByRole('button', { name: 'Add role' }).click()
    await dialog(page).getByLabel('Text').fill('One line.\nAnother  one.')
    await dialog(page).getByLabel('Kind').fill('Not A Kind')
    await dialog(page).getByLabel('Data for the app').fill('{"path":')
    await dialog(page).getByText('This is not JSON').waitFor()
    await act(page, 'Send notification') // nothing is sent
    await dialog(page).getByLabel('Data for the app').fill('{"path": "/news"}')
    await act(page, 'Send notification')
    await dialog(page).locator('[name=kind][aria-invalid=true]').waitFor()
    expect(await checkPage(page, 'console-notification-new')).toEqual([])
    await dialog(page).getByLabel('Kind').fill('news')
    const command = await dialog(page).locator('.as-command').textContent()
    expect(command).toContain('/v1/notifications')
    expect(command).toContain(`"to":[{"userId":"${grace.user.id}"},{"role":"user"}]`)
    expect(command).toContain(`"title":"${HOSTILE.replaceAll("'", "'\\''")}"`)
    await act(page, 'Send notification')
    await said(page, 'The notification is sent.')

    await isShown(page, HOSTILE)
    await page.getByText('Jobs bring it to the others.').waitFor()
    const id = itemOf(page)
    expect(await sentAs(c.t, c.admin.accessToken, id)).toMatchObject({ state: 'sending', recipients: 1, kind: 'news' })
    await c.t.work()
    await page.getByText('All have it.').waitFor() // the page asks by itself
    const { recipients } = await sentAs(c.t, c.admin.accessToken, id)
    expect(recipients).toBeGreaterThanOrEqual(2)
    await page.getByText(`${recipients} people`).waitFor()
    expect(await checkPage(page, 'console-notification')).toEqual([])
    const [got] = (await listOf(c.t, grace)).items
    expect(got).toMatchObject({ title: HOSTILE, body: 'One line.\nAnother  one.', data: { path: '/news' } })
    expect(await titlesOf(c.t, other)).toEqual([HOSTILE])

    await page.getByRole('button', { name: 'Retract' }).click()
    expect(await dialog(page).locator('.as-command').textContent()).toContain(`-X DELETE`)
    expect(await checkPage(page, 'console-notification-retract')).toEqual([])
    await act(page, 'Retract')
    await page.getByText('Nobody sees it any more.').waitFor()
    await page.getByRole('button', { name: 'Retract' }).waitFor({ state: 'detached' })
    for (const reader of [grace, other]) expect(await titlesOf(c.t, reader)).toEqual([])
    await page.getByRole('link', { name: 'Notifications' }).last().click()
    const listed = row(page, HOSTILE)
    await listed.getByText('retracted').waitFor()
    await listed.getByText('grace@example.com and 1 more').waitFor()
    expect(await checkPage(page, 'console-notifications')).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test('an owner writes to the members, and only they get it; a role that is gone is said where it stands', async () => {
    const owner = await signedIn(OWNER)
    const member = await signedIn('mia@acme.example')
    const stranger = await signedIn('stranger@example.com')
    const orgId = await makeOrg(c.t, owner.accessToken)
    await join(c.t, orgId, member, ['member'])
    await c.api(`POST /v1/orgs/${orgId}/roles`, { name: 'billing', permissions: [] })
    const { page, complaints, leave } = await c.as(OWNER, `/console/orgs/${orgId}/notifications`)
    await begin(page)
    await addWhat(page, 'All members')
    await dialog(page).getByRole('button', { name: 'Add all members' }).click()
    await addWhat(page, 'A member')
    await dialog(page).getByLabel('Name, e-mail or id of a member').fill('mia')
    await dialog(page).getByRole('button', { name: 'Add: mia@acme.example' }).click()
    await addWhat(page, 'Members with a role')
    await dialog(page).getByLabel('Role', { exact: true }).selectOption('billing')
    await dialog(page).getByRole('button', { name: 'Add role' }).click()
    await dialog(page).getByLabel('Title').fill('All hands')
    await c.api(`DELETE /v1/orgs/${orgId}/roles/billing`, undefined, 204)
    await act(page, 'Send notification')
    await dialog(page)
      .getByRole('listitem')
      .filter({ hasText: 'Members with the role billing' })
      .getByText('Expected the name of a role that exists')
      .waitFor()
    expect(await checkPage(page, 'console-org-notification-new')).toEqual([])
    await dialog(page).getByRole('button', { name: 'Remove Members with the role billing' }).click()
    await act(page, 'Send notification')
    await isShown(page, 'All hands')
    await c.t.work()
    await page.getByText('All have it.').waitFor()
    expect(await checkPage(page, 'console-org-notification')).toEqual([])
    for (const reader of [owner, member]) expect(await titlesOf(c.t, reader)).toEqual(['All hands'])
    expect(await titlesOf(c.t, stranger)).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test('what is written to one organisation from the instance is found there', async () => {
    const owner = await signedIn(OWNER)
    const orgId = await makeOrg(c.t, owner.accessToken, 'Acme')
    const [first, second] = [
      await makeOrg(c.t, owner.accessToken, 'Twin'),
      await makeOrg(c.t, owner.accessToken, 'Twin'),
    ]
    const { page, leave } = await c.as(ADMIN, '/console/notifications')
    await begin(page)
    await addWhat(page, 'An organisation')
    // Two with one name are two recipients, and the page says which is which.
    for (const place of [0, 1]) {
      await dialog(page).getByLabel('Name, slug or id of an organisation').fill('Twin')
      await dialog(page).getByRole('button', { name: 'Add: Twin' }).nth(place).click()
      await dialog(page)
        .getByRole('button', { name: /^Remove All members of Twin/ })
        .nth(place)
        .waitFor()
    }
    const command = await dialog(page).locator('.as-command').textContent()
    for (const orgId of [first, second]) expect(command).toContain(`{"orgId":"${orgId}"}`)
    const named = await dialog(page).getByText('All members of Twin').allTextContents()
    expect(new Set(named).size).toBe(2)
    for (const _ of named)
      await dialog(page)
        .getByRole('button', { name: /^Remove All members of Twin/ })
        .first()
        .click()
    await dialog(page).getByLabel('Name, slug or id of an organisation').fill('Acm')
    await dialog(page).getByRole('button', { name: 'Add: Acme' }).click()
    await dialog(page).getByText('All members of Acme').waitFor()
    await dialog(page).getByLabel('Title').fill('Planned work')
    await act(page, 'Send notification')
    await isShown(page, 'Planned work')
    await page.getByRole('link', { name: orgId }).click()
    await page.waitForURL(`${c.origin}/console/orgs/${orgId}/notifications?item=*`)
    await isShown(page, 'Planned work')
    expect((await sentAs(c.t, owner.accessToken, itemOf(page))).orgId).toBe(orgId)
    await leave()
  })

  test('who may only read has no acts; who may not search enters an id', async () => {
    const reader = await signedIn('reader@example.com')
    await c.api('POST /v1/roles', { name: 'watcher', permissions: ['notifications:read'] })
    const writes = ['notifications:read', 'notifications:write']
    await c.api('POST /v1/roles', { name: 'writer', permissions: writes })
    await c.person('watcher@example.com', ['watcher'])
    await c.person('writer@example.com', ['writer'])
    await send(c.t, c.admin.accessToken, { to: [{ userId: reader.user.id }], title: 'Before' })

    const watcher = await c.as('watcher@example.com', '/console/notifications')
    await watcher.page.getByRole('link', { name: 'Before' }).waitFor()
    expect(await watcher.page.getByRole('button', { name: 'New notification' }).count()).toBe(0)
    await watcher.page.getByRole('link', { name: 'Before' }).click()
    await isShown(watcher.page, 'Before')
    expect(await watcher.page.getByRole('button', { name: 'Retract' }).count()).toBe(0)
    await watcher.leave()

    const writer = await c.as('writer@example.com', '/console/notifications')
    await begin(writer.page)
    await addWhat(writer.page, 'A person')
    await dialog(writer.page).getByLabel('Name, e-mail or id of a person').fill(reader.user.id)
    await dialog(writer.page)
      .getByRole('button', { name: `Add: ${reader.user.id}` })
      .click()
    await dialog(writer.page).getByLabel('Title').fill('By id')
    await act(writer.page, 'Send notification')
    await isShown(writer.page, 'By id')
    expect((await titlesOf(c.t, reader)).toSorted()).toEqual(['Before', 'By id'])
    await writer.leave()
  })
})
