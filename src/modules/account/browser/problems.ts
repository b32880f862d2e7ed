/** Failures, in the language of the person. Each says the way out. */
import type { Problem } from '../../../browser/api.ts'
import type { Text } from '../schema.ts'
import { me } from './me.ts'
import { say, span, texts } from './texts.ts'

const BY_CODE: Record<string, Text> = {
  offline: 'offlineNow',
  'server.busy': 'errorBusy',
  'server.unavailable': 'errorBusy',
  'server.storage_full': 'errorBusy',
  'request.invalid': 'errorInvalid',
  'request.origin_refused': 'errorOrigin',
  'auth.required': 'ended',
  'session.expired': 'ended',
  'session.reused': 'ended',
  'auth.forbidden': 'errorForbidden',
  'auth.invalid_credentials': 'errorCredentials',
  'mfa.enrolment_required': 'errorFactorNeeded',
  'mfa.factor_required': 'errorFactorRequired',
  'mfa.code_invalid': 'errorAppCode',
  'mfa.totp_exists': 'errorTotpExists',
  'mfa.totp_missing': 'errorTotpMissing',
  'mfa.factor_missing': 'recoveryNeedsFactor',
  'token.invalid': 'errorCode',
  'user.password_refused': 'errorPassword',
  'user.no_password': 'errorNoPassword',
  'user.username_taken': 'errorUsernameTaken',
  'user.username_refused': 'errorUsername',
  'user.email_taken': 'errorEmailTaken',
  'user.changed': 'errorChanged',
  'user.last_admin': 'errorLastAdmin',
  'user.not_anonymous': 'errorNotAnonymous',
  'org.last_owner': 'errorLastOwner',
  'org.too_many': 'errorOrgMany',
  'org.second_factor_required': 'errorOrgRule',
  'org.session_too_old': 'errorOrgRule',
  'org.sign_in_method_refused': 'errorOrgRule',
  'passkey.invalid': 'errorPasskey',
  'passkey.cancelled': 'errorPasskeyCancelled',
  'passkey.exists': 'errorPasskeyExists',
  'passkey.too_many': 'errorPasskeyMany',
  'passkey.not_created': 'errorPasskeyMade',
  'factor.last_way_in': 'errorLastWay',
  'identity.last_way_in': 'errorLastWay',
  'identity.taken': 'errorIdentityTaken',
  'identity.email_in_use': 'errorIdentityTaken',
  'identity.email_unverified': 'errorIdentityUnverified',
  'identity.too_many': 'errorIdentityMany',
  'provider.denied': 'errorProviderDenied',
  'provider.flow_invalid': 'errorProviderFlow',
  'provider.answer_invalid': 'errorProvider',
  'provider.unavailable': 'errorProvider',
  'provider.misconfigured': 'errorProvider',
  'provider.not_found': 'identityUnusable',
  'invitation.not_found': 'errorInvitation',
  'invitation.already_member': 'errorMember',
  'invitation.email_unverified': 'errorUnverified',
  'invitation.domain_refused': 'errorDomain',
}

const GONE = ['session', 'passkey', 'device', 'identity', 'grant', 'org'].map((noun) => `${noun}.not_found`)

/** Whether what was to be removed is gone already: another window or device did it. */
export const isGone = ({ code }: Problem): boolean => GONE.includes(code)

/** Whether the field of this name is what the server refuses. */
const isRefused = ({ code, errors }: Problem, name: string): boolean =>
  errors.some(({ path }) => path === `/${name}`) || (code.startsWith('user.username_') && name === 'username')

/** Marks the fields that were refused. The first of them gets the focus, or the first of all. */
export function markRefused(form: HTMLFormElement | null, problem: Problem | undefined): void {
  const inputs = [...(form?.querySelectorAll<HTMLInputElement>('input:not([type=checkbox], [hidden])') ?? [])]
  for (const input of inputs) input.removeAttribute('aria-invalid')
  if (problem === undefined) return
  const refused = inputs.filter(({ name }) => isRefused(problem, name))
  for (const input of refused) input.setAttribute('aria-invalid', 'true')
  const [first] = [...refused, ...inputs]
  first?.focus()
}

/** The sentence of a code in a URL, such as `?error=` after a provider. */
export const sentenceOf = (code: string): string => {
  const text = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined
  return text === undefined ? say('errorProvider') : texts[text]
}

export function sentence({ code, status, requestId, retryAfterSeconds }: Problem): string {
  if (code === 'auth.fresh_session_required') return me.value?.act ? say('errorActing') : say('errorNotConfirmed')
  if (code === 'request.rate_limited') return say('errorLimited', { wait: span(retryAfterSeconds ?? 60) })
  if (GONE.includes(code)) return say('errorGone')
  const text = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined
  if (text !== undefined) return texts[text]
  if (status === 403) return say('errorForbidden')
  if (status === 422) return say('errorInvalid')
  return say('error', { requestId: requestId ?? code })
}
