/** Sessions, connected accounts, apps, organisations, export and the end of the account, in a real Chromium. */
import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { call, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { addMember, inviteTo, newOrg } from '../invitations/support/orgs.ts'
import { type FakeProvider, startFakeProvider } from '../providers/support/fake-provider.ts'
import { makeClient, makeGrant } from '../token/support/oauth.ts'
import { type AccountWorld, browserPath, card, said } from './support/account.ts'
import { button, confirm, focusIs, type Visits, visits } from './support/visits.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let w: AccountWorld
let at: Visits['at']
let fake: FakeProvider

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    fake = await startFakeProvider()
  })
  afterAll(() => fake?.stop())
  visits(
    ({ w: world, at: open }) => {
      w = world
      at = open
      w.t.clock.advance(Date.now() - w.t.clock.now()) // tokens of the provider are of now
      w.t.foreign.answer = (url, init) => fetch(url, init)
    },
    () => {
      const provider = { id: 'acme', name: 'Acme', issuer: fake.issuer, clientId: 'threeger', clientSecret: 'secret' }
      return { OIDC_PROVIDERS: JSON.stringify([provider]), RETURN_URLS: 'https://app.example/signed-in' }
    },
  )
  beforeEach(() => {
    fake.lies = {}
  })

  test('sessions: this one is marked, one is ended, then all others', async () => {
    const ada = await w.person()
    for (const agent of ['Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', 'curl/8'])
      await call(w.t, 'POST /v1/auth/sign-in', {
        headers: { 'user-agent': agent },
        body: { email: ada.user.email, password: 'correct horse battery staple' },
      })
    const page = await at(ada, '/account/sessions')
    const rows = page.locator('.rows > li')
    await rows.nth(3).waitFor()
    expect(await rows.count()).toBe(4)
    expect(await rows.first().locator('.badge').textContent()).toBe('This one')
    expect(await rows.first().getByRole('button').count()).toBe(0)
    expect(await checkPage(page, 'account-sessions')).toEqual([])
    await button(page, 'End: Firefox on Linux').click()
    await confirm(page, 'End').click()
    await said(page, 'The session is ended.')
    expect(await rows.count()).toBe(3)
    await button(page, 'End all others').click()
    await confirm(page, 'End all others').click()
    await said(page, 'All other sessions are ended.')
    await page.getByText('You are signed in nowhere else.').waitFor()
    expect((await call(w.t, 'GET /v1/me', { token: ada.accessToken })).status).toBe(401)
  })

  test('what another window has ended already is no failure', async () => {
    const ada = await w.person()
    const page = await at(ada, '/account/sessions')
    const other = page.getByRole('button', { name: /^End: / })
    await other.first().click()
    await call(w.t, 'POST /v1/auth/sign-out', { token: ada.accessToken })
    await confirm(page, 'End').click()
    await said(page, 'It is gone already. The list is up to date now.')
    await page.getByText('You are signed in nowhere else.').waitFor()
  })

  test('a link that says that an account was connected is not believed', async () => {
    const page = await at(await w.person(), '/account?linked=true')
    await page.waitForURL(`${w.origin}/account/connections`)
    await page.getByText('No other account is connected.').waitFor()
    expect(await page.getByText('The account is connected.').count()).toBe(0)
  })

  test('an account of a provider is connected, and disconnected', async () => {
    const ada = await w.person()
    fake.person = { sub: 'ada-1', email: 'ada@work.example', email_verified: true }
    const page = await at(ada, '/account/connections')
    await page.getByText('No other account is connected.').waitFor()
    await button(page, 'Connect Acme').click()
    await page.waitForURL(`${w.origin}/account/connections`)
    await said(page, 'The account is connected.')
    await card(page, 'Connected accounts').getByText('ada@work.example').waitFor()
    expect(await button(page, 'Connect Acme').count()).toBe(0)
    await button(page, 'Disconnect: Acme').click()
    await confirm(page, 'Disconnect').click()
    await said(page, 'The account is disconnected.')
    await button(page, 'Connect Acme').waitFor()
  })

  test('who refuses at the provider is told, and can try again', async () => {
    const page = await at(await w.person(), '/account/connections')
    fake.lies = { answer: { error: 'access_denied', code: undefined } }
    await button(page, 'Connect Acme').click()
    await page.getByText('The other provider refused, or you cancelled there.').waitFor()
    expect(page.url()).toBe(`${w.origin}/account/connections`)
    await button(page, 'Connect Acme').waitFor()
    expect(await checkPage(page, 'account-connect-refused')).toEqual([])
  })

  test('an app that was allowed is listed with what it may do, and loses its access', async () => {
    const ada = await w.person()
    const client = await makeClient(w.t, { name: '<img src=x onerror=alert(1)> Notes' })
    await makeGrant(w.t, { userId: ada.user.id }, client, { [w.origin]: ['openid', 'email', 'notes:read'] })
    const page = await at(ada, '/account/connections')
    const apps = card(page, 'Apps that I allowed')
    await apps.getByText('<img src=x onerror=alert(1)> Notes', { exact: true }).waitFor()
    expect(await apps.locator('.scopes li').allTextContents()).toEqual([
      'know who you are',
      'see your e-mail address',
      'notes:read',
    ])
    expect(await checkPage(page, 'account-apps')).toEqual([])
    await apps.getByRole('button').click()
    await confirm(page, 'End access').click()
    await said(page, 'has no access any more.')
    await focusIs(page, 'apps')
    expect(await w.api(ada, 'GET /v1/me/grants')).toMatchObject({ items: [] })
  })

  test('organisations: an invitation is accepted, one is made active, one is left', async () => {
    const ada = await w.person()
    const org = await newOrg(w.t)
    await w.api(org.owner, `PATCH /v1/orgs/${org.id}`, { name: 'Acme “& Söhne”' })
    await inviteTo(w.t, org, { email: ada.user.email, roles: ['admin'] })
    const other = await newOrg(w.t)
    await addMember(w.t, other.id, ada.user.id)
    const page = await at(ada, '/account/organisations')
    await page.getByText('Roles: Administrator').waitFor()
    expect(await checkPage(page, 'account-invited')).toEqual([])
    await button(page, 'Accept: Acme “& Söhne”').click()
    await said(page, 'You are a member of Acme “& Söhne”.')
    await page.getByText('Nobody invited you.').waitFor()
    await button(page, 'Make active: Acme “& Söhne”').click()
    await said(page, 'Acme “& Söhne” is active.')
    expect(await page.locator('.rows > li', { hasText: 'Acme' }).locator('.badge').textContent()).toBe('Active')
    await page.reload()
    await button(page, 'Use none').click()
    await said(page, 'No organisation is active.')
    await button(page, 'Leave: Acme “& Söhne”').click()
    await confirm(page, 'Leave').click()
    await said(page, 'You left Acme “& Söhne”.')
    const mine = await w.api<{ items: { org: { id: string } }[] }>(ada, 'GET /v1/me/orgs')
    expect(mine.items.map(({ org: { id } }) => id)).toEqual([other.id])
  })

  test('the last owner cannot leave, and is told what to do first', async () => {
    const ada = await w.person()
    await newOrg(w.t, ada)
    const page = await at(ada, '/account/organisations')
    await page.getByRole('button', { name: /^Leave: Org/ }).click()
    await confirm(page, 'Leave').click()
    await page.getByRole('dialog').getByText('You are the last owner of an organisation.').waitFor()
    await confirm(page, 'Cancel').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  test('the data is downloaded as a file', async () => {
    const ada = await w.person({ name: 'Ada' })
    const page = await at(ada, '/account/data', { acceptDownloads: true })
    const downloading = page.waitForEvent('download')
    await button(page, 'Export my data').click()
    const file = await downloading
    expect(file.suggestedFilename()).toBe('account.json')
    const { user } = await Bun.file(await file.path()).json()
    expect(user).toMatchObject({ id: ada.user.id, name: 'Ada' })
    await said(page, 'Your data is downloaded.')
  })

  test('the account is deleted after its address was typed, and nothing of it is left', async () => {
    const ada = await w.person()
    const page = await at(ada, '/account/data')
    await button(page, 'Delete my account').click()
    const type = page.getByRole('dialog').getByRole('textbox')
    await type.fill('something else')
    await confirm(page, 'Delete my account').click()
    await page.getByText('Type it exactly as it is shown.').waitFor()
    expect(await checkPage(page, 'account-delete')).toEqual([])
    expect((await call(w.t, 'GET /v1/me', { token: ada.accessToken })).status).toBe(200)
    await type.fill(ada.user.email)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Your account is deleted' }).waitFor()
    expect(await checkPage(page, 'account-deleted')).toEqual([])
    expect(await signIn(w.t, ada.user.email).catch(() => 'refused')).toBe('refused')
    await page.reload()
    await page.waitForURL(/\/sign-in\?return_to=/)
  })

  test('a list that cannot be read says why and can be read again', async () => {
    const visit = await w.as(await w.person(), '/account')
    const { page } = visit
    await page.route('**/v1/me/sessions', (route) =>
      route.fulfill({ status: 500, json: { code: 'server.error', requestId: 'req_42' } }),
    )
    await page.getByRole('link', { name: 'Sessions' }).click()
    await page.getByText('tell support this number: req_42').waitFor()
    expect(await checkPage(page, 'account-list-failed')).toEqual([])
    await page.unroute('**/v1/me/sessions')
    await button(page, 'Try again').click()
    await page.getByText('This one').waitFor()
    await visit.leave()
  })

  test('a long list is read page by page', async () => {
    const ada = await w.person()
    const client = await makeClient(w.t)
    for (let n = 0; n < 3; n++) {
      const { id } = n === 0 ? client : await makeClient(w.t, { name: `App ${n}` })
      await makeGrant(w.t, { userId: ada.user.id }, { id })
    }
    const visit = await w.as(ada, '/account')
    const { page } = visit
    await page.route(/\/v1\/me\/grants/, async (route) => {
      const url = new URL(route.request().url())
      url.searchParams.set('limit', '2')
      await route.fulfill({ response: await route.fetch({ url: url.href }) })
    })
    await page.getByRole('link', { name: 'Connections' }).click()
    const rows = card(page, 'Apps that I allowed').locator('.rows > li')
    await rows.nth(1).waitFor()
    expect(await rows.count()).toBe(2)
    await button(page, 'Show more').click()
    await rows.nth(2).waitFor()
    expect(await button(page, 'Show more').count()).toBe(0)
    await visit.leave()
  })
})
