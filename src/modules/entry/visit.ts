/** One request of a person at a browser, and the ways to answer it. */
import type { Cause } from '../../core/events/queries.ts'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import type { Answered } from '../../lib/answered.ts'
import type { Locale } from '../../lib/languages.ts'
import type { SignedIn } from '../mfa/complete-sign-in.ts'
import { sealWaiting, type WaitingSignIn, waitingCookie } from '../mfa/waiting-sign-in.ts'
import type { Brand } from '../pages/brand.ts'
import type { OpenedSession } from '../sessions/open-session.ts'
import { type AnswerHeaders, presentSession } from '../sessions/present-session.ts'
import { accountsCookie, withAccount } from './chooser/accounts-cookie.ts'
import { actInOrg } from './chooser/org-hint.ts'
import type { App } from './app-hint.ts'
import { shown } from './document.tsx'
import { type PageName, pathTo, staysHere, type Trip, type UrlStep } from './trip.ts'
import type { Notice, View } from './view.ts'

export interface Visitor {
  request: Request
  requestId: string
  /** Of a stranger: a form says who comes in, whoever is signed in in this browser. */
  cause: Cause
  /** Of the person who is signed in, for what they do with their own session. */
  ownCause: Cause
  session: SessionPrincipal | undefined
  locale: Locale
  trip: Trip
  /** What the sign-in of this browser waits for, from the form or from the cookie, and its sealed text. */
  waiting: WaitingSignIn | undefined
  sealed: string | undefined
  /** Of the organisation of the trip, or of the server. */
  brand: Brand
  /** To which the sign-in leads back. */
  app: App | undefined
  /** Those that signed in in this browser before. */
  accounts: readonly string[]
}

type Shows = Pick<Visitor, 'locale' | 'trip' | 'session' | 'sealed' | 'brand' | 'app' | 'accounts'>

/** Shows one step. */
export function show(
  { config }: Pick<Deps, 'config'>,
  { locale, trip, session, sealed, brand, app, accounts }: Shows,
  view: View,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Answered {
  const account = session === undefined || session.anonymous ? undefined : session.user.email
  const values = { email: trip.hint, ...view.values }
  return shown(
    { locale, trip, config, account, brand, app, accounts, view: { sealed, ...view, values } },
    status,
    headers,
  )
}

/** Shows the first step, with a sentence. */
export const beginAgain = (
  deps: Pick<Deps, 'config'>,
  visitor: Visitor,
  message: Notice['message'],
  tone: Notice['tone'] = 'bad',
  status = 200,
): Answered => show(deps, { ...visitor, sealed: undefined }, { step: 'enter', notice: { message, tone } }, status)

/** Another step: the browser asks for it with a GET, so that a reload repeats no form. */
export const turnTo = (
  { config }: Pick<Deps, 'config'>,
  { trip }: Pick<Visitor, 'trip'>,
  page: PageName,
  more: { step?: UrlStep; from?: Trip['from']; hint?: string } = {},
  cookies: readonly string[] = [],
): Answered => {
  const { hint = trip.hint, ...query } = more
  return { to: `${config.appUrl}${pathTo(page, { ...trip, hint }, query)}`, status: 303, cookies }
}

/** Turns to the step that a sign-in waits for. */
export async function wait(
  deps: Pick<Deps, 'config' | 'clock' | 'random'>,
  visitor: Pick<Visitor, 'trip'>,
  page: PageName,
  step: UrlStep,
  waiting: WaitingSignIn,
): Promise<Answered> {
  const cookie = waitingCookie(deps.config, await sealWaiting(deps, waiting))
  return turnTo(deps, visitor, page, { step }, [cookie])
}

/** After a first factor: to the second one, or to where the sign-in leads. */
export const afterFirstFactor = async (deps: Deps, visitor: Visitor, signedIn: SignedIn): Promise<Answered> => {
  if ('session' in signedIn) return finish(deps, visitor, signedIn.session)
  const { challenge, factors } = signedIn.mfa
  return wait(deps, visitor, 'sign-in', 'second', { for: 'factor', challenge, factors })
}

/**
 * Gives the browser the cookie of the session. The next page then sees whether the browser has kept it, and leads on.
 * `cookies`: more of them.
 */
export async function finish(
  deps: Deps,
  visitor: Pick<Visitor, 'trip'>,
  session: OpenedSession,
  cookies: readonly string[] = [],
): Promise<Answered> {
  const headers: AnswerHeaders = {}
  await presentSession(deps, headers, session)
  const all = [headers['set-cookie'] ?? [], ...cookies, waitingCookie(deps.config, '')].flat()
  return turnTo(deps, visitor, 'sign-in', { from: 'form', hint: '' }, all)
}

/**
 * Whether one of our own pages has sent the browser here. The way back from a provider looks as a link of another site does: there
 * the session must be of a provider.
 */
const comesFromHere = ({ request, trip }: Visitor, { amr }: SessionPrincipal): boolean =>
  (request.headers.get('sec-fetch-site') ?? 'same-origin') === 'same-origin' ||
  (trip.from === 'provider' && amr.includes('fed'))

/** To where the sign-in leads. The person is signed in. */
export async function leadOn(deps: Deps, visitor: Visitor, session: SessionPrincipal): Promise<Answered> {
  const { target, org } = visitor.trip
  if (comesFromHere(visitor, session)) await actInOrg(deps, visitor.ownCause, session, org)
  // An administrator who acts as another person is at their own browser.
  const cookies =
    session.impersonatorId === null
      ? [accountsCookie(deps.config.appUrl, withAccount(visitor.accounts, session.user.email))]
      : []
  if (staysHere(deps.config, target)) return { to: target, status: 303, cookies }
  // A page that goes on by itself begins a navigation of its own, which no policy of an earlier form is about.
  return { ...show(deps, visitor, { step: 'done' }, 200, { refresh: `0; url=${target}` }), cookies }
}
