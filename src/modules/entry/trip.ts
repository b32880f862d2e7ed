/** Where a person comes from and is going to, as the URL of these pages says it. */
import type { Config } from '../../config.ts'
import { readSlug, returnOfSignIn } from '../../lib/return-urls.ts'

export const pageNames = ['sign-in', 'sign-up', 'forgot-password'] as const
export type PageName = (typeof pageNames)[number]

/** What a page shows, if the URL asks for it. Everything else shows its first step. */
const urlSteps = ['code', 'second', 'password', 'confirm', 'reset', 'factor', 'fresh'] as const
export type UrlStep = (typeof urlSteps)[number]

export interface Trip {
  /** As it was asked for. Undefined: nothing that this server allows. */
  returnTo: string | undefined
  /** Where the sign-in leads: an absolute URL. */
  target: string
  /** The address that fills in the field. */
  hint: string
  step: UrlStep | undefined
  /** The slug of the organisation for which the person comes. Nothing says that it exists. */
  org: string | undefined
  /** The person comes back from a provider, or from a form of these pages that has signed them in. */
  from: 'provider' | 'form' | undefined
  /** Why the person is here: their session ended under an open page, or they have signed out. It is a sentence and decides nothing. */
  left: 'ended' | 'signed-out' | undefined
  /** The error with which a provider sent the person back. */
  error: string | undefined
}

type TripConfig = Pick<Config, 'appUrl' | 'returnUrls'>

const MAX_EMAIL = 320

export function readTrip(config: TripConfig, url: string): Trip {
  const { searchParams } = new URL(url, config.appUrl)
  const asked = searchParams.get('return_to')
  const target = returnOfSignIn(config, asked)
  const from = searchParams.get('from')
  const hint = searchParams.get('login_hint') ?? ''
  return {
    returnTo: target === undefined ? undefined : (asked ?? undefined),
    target: target ?? `${config.appUrl}/account`,
    hint: hint.length > MAX_EMAIL || /\p{C}/u.test(hint) ? '' : hint,
    org: readSlug(searchParams.get('org')),
    step: urlSteps.find((step) => step === searchParams.get('step')),
    from: from === 'provider' || from === 'form' ? from : undefined,
    left: from === 'ended' || from === 'signed-out' ? from : undefined,
    error: (from === 'provider' && searchParams.get('error')) || undefined,
  }
}

/** The path of one of these pages on the same trip. */
export function pathTo(
  page: PageName,
  { returnTo, hint, org }: Pick<Trip, 'returnTo' | 'hint' | 'org'>,
  more: { step?: UrlStep | undefined; from?: Trip['from'] } = {},
): string {
  const query = new URLSearchParams()
  if (returnTo !== undefined) query.set('return_to', returnTo)
  if (hint !== '') query.set('login_hint', hint)
  if (org !== undefined) query.set('org', org)
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, value)
  return query.size === 0 ? `/${page}` : `/${page}?${query.toString()}`
}

/**
 * Whether the browser may be sent there by a redirect right after a form. It may not where another site can follow: the policy
 * of the page with the form, `form-action 'self'`, holds for every redirect after it (CSP 3 §6.4.1).
 */
export const staysHere = ({ appUrl }: TripConfig, target: string): boolean =>
  target.startsWith(`${appUrl}/`) && !target.startsWith(`${appUrl}/oauth/`)
