/** How a person gets to each state of each page that the server writes. */
import type { Page } from 'playwright-core'
import { unsubscribeUrl } from '../../../../src/modules/notifications/unsubscribe-link.ts'
import { call, PASSWORD, type Session, signUp } from '../../../support/client.ts'
import { request } from '../../authorize/support/browser.ts'
import { makeDeviceClient, start as startDevice } from '../../device/support/device.ts'
import { enrol } from '../../mfa/support/factors.ts'
import { type ClientRow, makeClient } from '../../token/support/oauth.ts'
import type { World } from './world.ts'

/** What a hostile person would call an app, an account or a browser. */
export const HOSTILE = `<img src=x onerror="alert(1)">'"&lt;b&gt;\u202e{brand}`

export interface Tools {
  w: World
  owner: Session
  orgId: string
  app: ClientRow
  hostileApp: ClientRow
  device: ClientRow
}

export interface State {
  name: string
  /** A path of the page. */
  path: string
  reach: (page: Page, tools: Tools) => Promise<void>
}

let people = 0
export const newEmail = (): string => `person-${++people}@example.com`

export async function makeTools(w: World, owner: Session, orgId: string): Promise<Tools> {
  const redirects = { redirect_uris: JSON.stringify(['https://app.example/callback']) }
  return {
    w,
    owner,
    orgId,
    app: await makeClient(w.t, { name: 'Notes', ...redirects }),
    hostileApp: await makeClient(w.t, { name: HOSTILE, ...redirects }),
    device: await makeDeviceClient(w.t, { name: HOSTILE }),
  }
}

const shown = (page: Page, state: string) => page.locator(`section[data-state=${state}]:visible`).waitFor()
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()
const fill = (page: Page, name: string, value: string) =>
  page.locator(`section:visible input[name=${name}]:visible`).first().fill(value)
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const send = (page: Page) => page.locator('section:visible button[type=submit]:visible').first().click()

/** Gives this browser a session. */
export async function signInHere(page: Page, w: World, email: string): Promise<void> {
  await page.goto(`${w.origin}/livez`)
  const status = await page.evaluate(
    async (body) => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch('/v1/auth/sign-in', { method: 'POST', headers, body: JSON.stringify(body) })).status
    },
    { email, password: PASSWORD, useCookie: true },
  )
  if (status !== 200) throw new Error(`sign-in: ${status}`)
}

async function somebody(page: Page, { w }: Tools): Promise<string> {
  const email = newEmail()
  await signUp(w.t, email)
  await signInHere(page, w, email)
  return email
}

const open =
  (path: string, name: string | RegExp): State['reach'] =>
  async (page, { w }) => {
    await page.goto(w.origin + path)
    await heading(page, name)
  }

/** A link of a mail that this call sends. */
async function openMail(page: Page, { w }: Tools, route: string, email: string): Promise<void> {
  const answer = await call(w.t, `POST ${route}`, { body: { email } })
  if (answer.status >= 300) throw new Error(`${route}: ${answer.status}`)
  await page.goto((await w.mailTo(email)).link)
  await shown(page, 'link')
}

const byMail =
  (route: string): State['reach'] =>
  async (page, tools) => {
    const email = newEmail()
    await signUp(tools.w.t, email)
    await openMail(page, tools, route, email)
  }

async function askForCode(page: Page, { w }: Tools): Promise<void> {
  await page.goto(`${w.origin}/sign-in`)
  await fill(page, 'email', 'nobody@example.com')
  await press(page, 'E-mail me a code')
  await heading(page, 'Check your mail')
}

const consent =
  (client: (tools: Tools) => ClientRow, more: Record<string, string> = {}): State['reach'] =>
  async (page, tools) => {
    await somebody(page, tools)
    const query = request(client(tools), {
      redirect_uri: 'https://app.example/callback',
      scope: 'openid email',
      ...more,
    })
    await page.goto(`${tools.w.origin}/oauth/authorize?${query}`)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
  }

async function deviceCode(page: Page, tools: Tools): Promise<void> {
  await somebody(page, tools)
  const answer = await startDevice(
    tools.w.t,
    tools.device,
    { scope: 'openid profile' },
    { 'user-agent': HOSTILE.replace('\u202e', '') },
  )
  await page.goto(`${tools.w.origin}/device?user_code=${answer.body.user_code}`)
  await press(page, 'Continue')
  await page.getByRole('button', { name: 'Allow' }).waitFor()
}

const invitation = async (page: Page, { w, owner, orgId }: Tools): Promise<string> => {
  const email = newEmail()
  await call(w.t, `POST /v1/orgs/${orgId}/invitations`, { token: owner.accessToken, body: { email } })
  await page.goto((await w.mailTo(email)).link)
  await shown(page, 'link')
  await page.locator('section:visible [data-told]').waitFor() // the page asks whose invitation it is
  return email
}

/** The link of a mail about notifications. */
async function endMails(page: Page, { w, owner }: Tools): Promise<void> {
  const { pathname, search } = new URL(await unsubscribeUrl(w.t.deps, owner.user.id))
  await page.goto(`${w.origin}${pathname}${search}`)
  await heading(page, 'Stop mails about notifications?')
}

const state = (name: string, path: string, reach: State['reach']): State => ({ name, path, reach })

export const states: readonly State[] = [
  state('first', '/sign-in', open('/sign-in', 'Sign in to Threeger ID')),
  state(
    'hostile hint',
    '/sign-in',
    open(`/sign-in?login_hint=${encodeURIComponent('"><svg/onload=alert(1)>@x.org')}`, /Sign in/),
  ),
  state('wrong password', '/sign-in', async (page, { w }) => {
    await page.goto(`${w.origin}/sign-in`)
    await fill(page, 'email', 'nobody@example.com')
    await fill(page, 'password', 'not the password of anybody')
    await press(page, 'Sign in')
    await page.locator('[role=alert]:not(:empty)').waitFor()
  }),
  state('code of a mail', '/sign-in', askForCode),
  state('code without a mail', '/sign-in', open('/sign-in?step=code', 'Sign in with a code')),
  state('wrong code', '/sign-in', async (page, tools) => {
    await askForCode(page, tools)
    await fill(page, 'code', '000000')
    await press(page, 'Continue')
    await page.locator('[role=alert]:not(:empty)').waitFor()
  }),
  state('link of a mail', '/sign-in', byMail('/v1/auth/email-code')),
  state('damaged link', '/sign-in', async (page, { w }) => {
    await page.goto(`${w.origin}/sign-in#token=broken`)
    await page.getByText('This link is incomplete').first().waitFor()
  }),
  state('second factor', '/sign-in', async (page, { w }) => {
    const { email } = await enrol(w.t, await signUp(w.t, newEmail()))
    await page.goto(`${w.origin}/sign-in`)
    await fill(page, 'email', email)
    await fill(page, 'password', PASSWORD)
    await press(page, 'Sign in')
    await heading(page, 'One more step')
  }),
  state('confirm that it is you', '/sign-in', async (page, tools) => {
    await somebody(page, tools)
    await page.goto(`${tools.w.origin}/sign-in?step=fresh&return_to=%2Faccount`)
    await heading(page, 'Confirm that it is you')
  }),
  state('a second factor for this session', '/sign-in', async (page, tools) => {
    await somebody(page, tools)
    await page.goto(`${tools.w.origin}/sign-in?step=factor&return_to=%2Faccount`)
    await heading(page, 'One more step')
  }),
  state('signed in already', '/sign-in', async (page, tools) => {
    await somebody(page, tools)
    await page.goto(`${tools.w.origin}/sign-in`)
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
  }),
  state('after a provider failed', '/sign-in', async (page, { w }) => {
    await page.goto(`${w.origin}/sign-in?from=provider&error=provider.failed`)
    await page.getByText('The sign-in with the provider did not work').first().waitFor()
  }),
  state('cookies are blocked', '/sign-in', async (page, { w }) => {
    await page.goto(`${w.origin}/sign-in?from=form`)
    await page.getByText('this browser did not keep our cookie').first().waitFor()
  }),
  state('first', '/sign-up', open('/sign-up', 'Create your account')),
  state('password refused', '/sign-up', async (page, { w }) => {
    await page.goto(`${w.origin}/sign-up`)
    await fill(page, 'email', newEmail())
    await page.locator('input[name=password]').evaluate((field) => field.removeAttribute('minlength'))
    await fill(page, 'password', 'short')
    await press(page, 'Create account')
    await page.locator('[role=alert]:not(:empty)').waitFor()
  }),
  state('confirm the address', '/sign-up', async (page, { w }) => {
    await page.goto(`${w.origin}/sign-up`)
    await fill(page, 'email', newEmail())
    await fill(page, 'password', PASSWORD)
    await press(page, 'Create account')
    await heading(page, 'Check your mail')
  }),
  state('first', '/forgot-password', open('/forgot-password', 'Forgotten your password?')),
  state('new password', '/forgot-password', async (page, { w }) => {
    await page.goto(`${w.origin}/forgot-password`)
    await fill(page, 'email', 'nobody@example.com')
    await press(page, 'Continue')
    await heading(page, 'Set a new password')
  }),
  state('without a link', '/verify-email', open('/verify-email', /Confirm your e-.?mail address/)),
  state('link of a mail', '/verify-email', byMail('/v1/auth/verify-email/resend')),
  state('done', '/verify-email', async (page, tools) => {
    await byMail('/v1/auth/verify-email/resend')(page, tools)
    await send(page)
    await shown(page, 'done')
  }),
  state('a new mail', '/verify-email', async (page, { w }) => {
    await page.goto(`${w.origin}/verify-email#ask`)
    await shown(page, 'ask')
  }),
  state('without a link', '/confirm-email', open('/confirm-email', /Confirm your new/)),
  state('without a link', '/reset-password', open('/reset-password', 'Set a new password')),
  state('link of a mail', '/reset-password', byMail('/v1/auth/forgot-password')),
  state('password refused', '/reset-password', async (page, tools) => {
    await byMail('/v1/auth/forgot-password')(page, tools)
    await page.locator('section:visible input[name=password]').evaluate((field) => field.removeAttribute('minlength'))
    await fill(page, 'password', 'short')
    await send(page)
    await page.locator('[role=alert]:not(:empty):visible').waitFor()
  }),
  state('without a link', '/accept-invitation', async (page, { w }) => {
    await page.goto(`${w.origin}/accept-invitation`)
    await shown(page, 'missing')
  }),
  state('link of a mail', '/accept-invitation', async (page, tools) => {
    await invitation(page, tools)
  }),
  state('sign in first', '/accept-invitation', async (page, tools) => {
    await invitation(page, tools)
    await send(page)
    await shown(page, 'enter')
  }),
  state(
    'an app asks',
    '/oauth/consent',
    consent(({ app }) => app),
  ),
  state(
    'an app with a hostile name asks',
    '/oauth/consent',
    consent(({ hostileApp }) => hostileApp),
  ),
  state('enter a code', '/device', async (page, tools) => {
    await somebody(page, tools)
    await page.goto(`${tools.w.origin}/device`)
    await heading(page, 'Connect a device')
  }),
  state('wrong code', '/device', async (page, tools) => {
    await somebody(page, tools)
    await page.goto(`${tools.w.origin}/device`)
    await page.locator('input[name=code]').fill('BCDF-GHJK')
    await press(page, 'Continue')
    await page.locator('[role=alert]').waitFor()
  }),
  state('a hostile device asks', '/device', deviceCode),
  state('connected', '/device', async (page, tools) => {
    await deviceCode(page, tools)
    await press(page, 'Allow')
    await heading(page, 'The device is connected')
  }),
  state('not connected', '/device', async (page, tools) => {
    await deviceCode(page, tools)
    await press(page, 'Deny')
    await heading(page, 'The device was not connected')
  }),
  state('sign out?', '/oauth/logout', async (page, tools) => {
    await somebody(page, tools)
    await page.goto(`${tools.w.origin}/oauth/logout`)
    await heading(page, 'Sign out?')
  }),
  state('signed out', '/oauth/logout', open('/oauth/logout', 'You are signed out')),
  state('end mails?', '/unsubscribe', endMails),
  state('mails ended', '/unsubscribe', async (page, tools) => {
    await endMails(page, tools)
    await press(page, 'Stop these mails')
    await heading(page, 'These mails have ended')
  }),
  state('broken link', '/unsubscribe', open('/unsubscribe?token=old', 'This link does not work')),
  state('unknown app', '/oauth/authorize', open('/oauth/authorize?client_id=nobody', 'This sign-in cannot go on')),
  state('took too long', '/oauth/consent', open('/oauth/consent?interaction=old', 'This took too long')),
  state('no such page', '/nothing-here', open('/nothing-here', /./)),
  state('signed out', '/', open('/', 'Welcome to Threeger ID')),
  state('signed in', '/', async (page, tools) => {
    await somebody(page, tools)
    await page.goto(`${tools.w.origin}/`)
    await heading(page, 'You are signed in')
  }),
]
