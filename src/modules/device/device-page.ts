/** The page on which a person connects a device. */
import type { Cause } from '../../core/events/queries.ts'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import type { Answered } from '../../lib/answered.ts'
import { describeDevice } from '../../lib/devices.ts'
import type { Parameters } from '../../lib/form-parameters.ts'
import type { Locale } from '../../lib/languages.ts'
import { cardAnswer, sayIn } from '../authorize/card.tsx'
import { askedView } from '../authorize/consent-card.ts'
import { consentPage } from '../authorize/consent-view.tsx'
import { Unanswerable } from '../authorize/recipient.ts'
import { isVouchedFor } from '../oauth-clients/client-model.ts'
import { allowDevice, findDevice, type FoundDevice, refuseDevice } from './decide-device.ts'
import { donePage, type EntryView, entryPage } from './device-view.tsx'
import { readUserCode, shownUserCode } from './user-code.ts'

interface Visitor {
  cause: Cause
  session: SessionPrincipal | undefined
  locale: Locale
}

/** The field for the code. A code in the URL fills it in, and does nothing else (RFC 8628 §3.3.1). */
export function showEntry(deps: Deps, { session, locale }: Visitor, given: string | undefined): Answered {
  const code = readUserCode(given)
  if (session === undefined) return { to: signInUrl(deps, code), status: 302 }
  const factor = missingFactor(deps, session, code)
  if (factor !== undefined) return { to: factor, status: 302 }
  return entry(deps, session, locale, code)
}

/** A code that was typed, or what the person decided. The caller has checked the origin of the form (CSRF). */
export async function answerEntry(
  deps: Deps,
  { cause, session, locale }: Visitor,
  form: Parameters,
): Promise<Answered> {
  const code = readUserCode(form.get('code'))
  if (session === undefined) return { to: signInUrl(deps, code), status: 303 }
  const factor = missingFactor(deps, session, code)
  if (factor !== undefined) return { to: factor, status: 303 }
  if (code === undefined) return entry(deps, session, locale, code, 'wrong')
  const found = await findDevice(deps, cause, session, code)
  if (found === 'wrong' || found === 'tooMany') return entry(deps, session, locale, code, found)
  const { state, userId } = found.device
  // The form was sent twice.
  if (state !== 'pending' && userId === session.user.id) return end(deps, locale, state === 'approved')
  if (state !== 'pending') return entry(deps, session, locale, code, 'wrong')
  const decision = form.get('decision')
  if (decision !== 'allow' && decision !== 'deny') return consent(deps, session, locale, found, code)
  const act = decision === 'allow' ? allowDevice : refuseDevice
  const done = await act(deps, cause, session, found)
  return done ? end(deps, locale, decision === 'allow') : entry(deps, session, locale, code, 'wrong')
}

const end = (deps: Deps, locale: Locale, allowed: boolean): Answered =>
  cardAnswer(donePage(locale, deps.config, allowed ? 'allowed' : 'denied'))

function entry(
  deps: Deps,
  { user }: SessionPrincipal,
  locale: Locale,
  code: string | undefined,
  problem?: EntryView['problem'],
): Answered {
  const html = entryPage(locale, deps.config, {
    account: user.email,
    otherAccountUrl: signInUrl(deps, code),
    code: code === undefined ? '' : shownUserCode(code),
    problem,
  })
  return cardAnswer(html, [], problem === 'tooMany' ? 429 : problem === 'wrong' ? 400 : 200)
}

async function consent(
  deps: Deps,
  { user }: SessionPrincipal,
  locale: Locale,
  { device, client }: FoundDevice,
  code: string,
): Promise<Answered> {
  const say = sayIn(locale, deps.config)
  const { scopes, details, grantScopes, grantDetails } = device
  const grant =
    grantScopes === null || grantDetails === null ? undefined : { scopes: grantScopes, details: grantDetails }
  const shown = shownUserCode(code)
  const html = consentPage(locale, deps.config, {
    client: { name: client.name, host: client.host, nameIsUnproved: !isVouchedFor(client) },
    warnings: [
      say('device.place', { address: device.address ?? '?', device: describeDevice(device.userAgent) }),
      say('device.warning', { code: shown }),
    ],
    onThisDevice: false,
    account: user.email,
    otherAccountUrl: signInUrl(deps, code),
    ...(await askedView(deps, scopes, details, grant)),
    form: { action: '/device', fields: { code: shown } },
    onlyAccount: false,
  })
  return cardAnswer(html)
}

/** The sign-in page, which leads back here. */
function signInUrl({ config }: Pick<Deps, 'config'>, code: string | undefined, factor = false): string {
  const back = code === undefined ? '/device' : `/device?user_code=${shownUserCode(code)}`
  const query = new URLSearchParams({ return_to: back })
  if (factor) query.set('step', 'factor')
  return `${config.appUrl}/sign-in?${query.toString()}`
}

/**
 * Where the person shows the second factor that a role requires; undefined: none is missing. Throws `Unanswerable` for a
 * session that must not let a device use the account.
 */
function missingFactor(deps: Deps, session: SessionPrincipal, code: string | undefined): string | undefined {
  const { impersonatorId, anonymous, mfaMissing, hasFactor } = session
  if (impersonatorId !== null) throw new Unanswerable('impersonated', 'the session is impersonated', { status: 403 })
  if (anonymous) {
    const refused = new Unanswerable('anonymous', 'the session is anonymous', { status: 403 })
    refused.signInUrl = signInUrl(deps, code)
    throw refused
  }
  if (!mfaMissing) return undefined
  if (!hasFactor)
    throw new Unanswerable('factor', 'a role requires a second factor, and the account has none', { status: 403 })
  return signInUrl(deps, code, true)
}
