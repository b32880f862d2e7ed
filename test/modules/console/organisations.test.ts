/** Organisations in the console, as an administrator of the instance and as an owner. In a real Chromium. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { orgEventTypes as known } from '../../../src/modules/audit-events/schema.ts'
import { orgEventTypes as shown } from '../../../src/modules/console/browser/sections/organisations/event-types.ts'
import { call, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { act, choose, dialog, row, said } from './support/acts.ts'
import { ADMIN, browserPath, type Console, heading, startConsole } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let c: Console
const OWNER = 'olive@acme.example'
const MEMBER = 'grace@acme.example'

test('the filter of events offers those of the server', () => {
  expect<string[]>([...shown].sort()).toEqual([...known].sort())
})

/** An organisation of this owner, through the API. */
async function orgOf(owner: string, name: string): Promise<{ id: string; slug: string }> {
  const { accessToken: token } = await signIn(c.t, owner)
  const made = await call<{ id: string; slug: string }>(c.t, 'POST /v1/orgs', { token, body: { name } })
  expect(made.status, made.text).toBe(201)
  return made.body
}

async function join(orgId: string, email: string, roles = ['member']): Promise<void> {
  await c.api(`POST /v1/orgs/${orgId}/invitations`, { email, roles })
  const { link } = await c.mailTo(email)
  const { accessToken: token } = await signIn(c.t, email)
  const body = { token: new URLSearchParams(new URL(link).hash.slice(1)).get('token') }
  const answer = await call(c.t, 'POST /v1/invitations/accept', { token, body })
  expect(answer.status, answer.text).toBe(200)
}

const members = async (orgId: string) => {
  const { items } = await c.api<{ items: { email: string; roles: string[] }[] }>(`GET /v1/orgs/${orgId}/members`)
  return Object.fromEntries(items.map(({ email, roles }) => [email, roles]))
}

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  // Each test has a server of its own: what another one made would be in its lists.
  beforeEach(async () => {
    c = await startConsole()
    await c.person(OWNER, ['user'], { name: 'Olive Owner' })
    await c.person(MEMBER, ['user'], { name: 'Grace Member' })
  })
  afterEach(() => c?.stop())

  test('an administrator makes an organisation, finds it, deletes it and restores it', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/orgs')
    await heading(page, 'Organisations')
    await page.getByRole('button', { name: 'New organisation' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('Initech')
    await dialog(page).getByLabel('Slug (optional)').fill('Not a slug')
    await act(page, 'Create organisation')
    // The fault of the server stands at its field.
    const slug = dialog(page).getByLabel('Slug (optional)')
    await page.waitForFunction(() => document.querySelector('dialog [aria-invalid=true]') !== null)
    expect(await slug.getAttribute('aria-invalid')).toBe('true')
    await slug.fill('initech')
    expect(await checkPage(page, 'console-org-new')).toEqual([])
    await act(page, 'Create organisation')
    // Said for some seconds only: a busy machine may draw the page later.
    await Promise.all([said(page, 'You are its owner'), heading(page, 'Initech')])

    await page.getByRole('link', { name: 'Organisations' }).first().click()
    await page.getByLabel('Search by name or slug').fill('inite')
    await row(page, 'Initech').getByRole('link', { name: 'Initech' }).click()
    await heading(page, 'Initech')
    await page.getByRole('navigation', { name: 'Initech' }).getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    const sure = dialog(page).getByRole('button', { name: 'Delete organisation' })
    expect(await sure.isDisabled()).toBe(true)
    await dialog(page).getByLabel(/^Type/).fill('initech')
    expect(await dialog(page).locator('.as-command').textContent()).toContain('bun run cli orgs delete initech')
    await sure.click()
    await heading(page, 'Organisations')
    await row(page, 'Initech').getByText('deleted').waitFor()
    expect(await checkPage(page, 'console-orgs')).toEqual([])
    await row(page, 'Initech').getByRole('button', { name: 'Restore' }).click()
    await act(page, 'Restore')
    await row(page, 'Initech').getByRole('link', { name: 'Initech' }).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('an owner searches members, changes roles, removes and hands over', async () => {
    const org = await orgOf(OWNER, 'Acme')
    await join(org.id, MEMBER)
    const { page, complaints, requests, leave } = await c.as(OWNER)
    // The console opens with the organisation of the owner.
    await heading(page, 'Acme')
    await page.getByRole('link', { name: 'Members', exact: true }).first().click()
    await row(page, MEMBER).waitFor()
    expect(await checkPage(page, 'console-org-members')).toEqual([])
    await page.getByLabel('Search members').fill('grace')
    await row(page, OWNER).waitFor({ state: 'detached' })

    await row(page, MEMBER).getByRole('button', { name: 'Roles' }).click()
    await choose(page, 'admin', true)
    expect(await checkPage(page, 'console-org-member-roles')).toEqual([])
    await act(page, 'Save roles')
    await row(page, MEMBER).getByText('admin').waitFor()
    expect((await members(org.id))[MEMBER]?.sort()).toEqual(['admin', 'member'])

    await row(page, MEMBER).getByRole('button', { name: 'Make owner' }).click()
    await dialog(page).getByLabel(/^Type/).fill(org.slug)
    await act(page, 'Transfer ownership')
    await said(page, 'new owner')
    const after = await members(org.id)
    expect([after[OWNER], after[MEMBER]?.includes('owner')]).toEqual([['admin'], true])

    // Who is no owner any more can leave.
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Leave' }).click()
    await act(page, 'Leave')
    await heading(page, 'Nothing to manage')
    expect(Object.keys(await members(org.id))).toEqual([MEMBER])

    // An owner sees and asks nothing of the instance.
    const instance = requests.map((request) => new URL(request.url()).pathname)
    for (const path of ['/v1/orgs', '/v1/users', '/v1/roles', '/v1/permissions']) expect(instance).not.toContain(path)
    await page.goto(`${c.origin}/console/roles`)
    await page.getByText(/You have no permission to see this page|may not manage anything here/).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('an owner asks about the organisation alone, and nothing that would be refused', async () => {
    const org = await orgOf(OWNER, 'Alone')
    const { page, complaints, requests, leave } = await c.as(OWNER, `/console/orgs/${org.id}/members`)
    await heading(page, 'Alone')
    const links = await page
      .getByRole('navigation', { name: 'Console' })
      .getByRole('link')
      .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).pathname))
    expect(links.length, links.join()).toBeGreaterThanOrEqual(11)
    for (const path of links) {
      await page.goto(c.origin + path, { waitUntil: 'networkidle' })
      await heading(page, 'Alone')
    }
    const asked = requests.filter((request) => new URL(request.url()).pathname.startsWith('/v1/'))
    const elsewhere = asked.filter((request) => {
      const { pathname, searchParams } = new URL(request.url())
      if (pathname.startsWith('/v1/me') || pathname === '/v1/auth/sign-in') return false
      return !pathname.startsWith(`/v1/orgs/${org.id}`) && searchParams.get('orgId') !== org.id
    })
    expect(elsewhere.map((request) => request.url())).toEqual([])
    const refused: string[] = []
    for (const request of asked) {
      const answer = await request.response()
      if ((answer?.status() ?? 0) >= 400) refused.push(`${answer?.status()} ${request.url()}`)
    }
    expect(refused).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test('a row that is out of date says so, and the list is read again', async () => {
    const org = await orgOf(OWNER, 'Two tabs')
    await join(org.id, MEMBER)
    const { page, context, leave } = await c.as(OWNER, `/console/orgs/${org.id}/members`)
    await row(page, MEMBER).waitFor()
    const other = await context.newPage()
    await other.goto(page.url())
    await row(other, MEMBER).getByRole('button', { name: 'Remove' }).click()
    await act(other, 'Remove member')
    await said(other, 'removed')
    await other.close()

    await row(page, MEMBER).getByRole('button', { name: 'Remove' }).click()
    await dialog(page).getByRole('button', { name: 'Remove member' }).click()
    await dialog(page).getByText('The organisation has no such member.').waitFor()
    await row(page, MEMBER).waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    await leave()
  })

  test('several people are invited at once; one that is refused stays with its reason', async () => {
    const org = await orgOf(OWNER, 'Inviting')
    await join(org.id, MEMBER)
    const { page, complaints, posts, leave } = await c.as(OWNER, `/console/orgs/${org.id}/invitations`)
    await page.getByText('No invitation is open.').waitFor()
    await page.getByRole('button', { name: 'Invite people' }).click()
    await dialog(page).getByLabel('E-mail addresses').fill(`ann@acme.example, bob@acme.example\nnot-an-address`)
    const send = dialog(page).getByRole('button', { name: 'Send 3 invitations' })
    await send.dblclick() // once
    await dialog(page).getByRole('alert').getByText('not-an-address').waitFor()
    expect(await dialog(page).getByLabel('E-mail addresses').inputValue()).toBe('not-an-address')
    expect(await checkPage(page, 'console-org-invite')).toEqual([])
    expect(posts().filter((path) => path.endsWith('/invitations'))).toHaveLength(3)
    await page.keyboard.press('Escape')
    await row(page, 'ann@acme.example').waitFor()
    expect(await checkPage(page, 'console-org-invitations')).toEqual([])

    await row(page, 'ann@acme.example').getByRole('button', { name: 'Send again' }).click()
    await act(page, 'Send again')
    await said(page, 'A new mail')
    await row(page, 'bob@acme.example').getByRole('button', { name: 'Revoke' }).click()
    await act(page, 'Revoke invitation')
    await row(page, 'bob@acme.example').waitFor({ state: 'detached' })
    const mails = await c.mailTo('ann@acme.example')
    expect(mails.link).toContain('/accept-invitation#token=')
    expect(complaints).toEqual([])
    await leave()
  })
})
