/** The parameters of an authorization request, before it is known whether they are valid. */
import { isStorable } from '../../lib/storable-text.ts'
import type { Once } from './recipient.ts'

/** Others are ignored (RFC 6749 §3.1), and are not kept in an interaction. */
const KNOWN = new Set([
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'max_age',
  'login_hint',
  'ui_locales',
  'acr_values',
  'claims',
  'id_token_hint',
  'resource',
  'authorization_details',
  'dpop_jkt',
  'request',
  'request_uri',
])

/** Values as an interaction or a pushed request holds them. */
export type Held = Record<string, string | string[]>

/** What is known among the parameters, in the same order. */
export const knownIn = (source: URLSearchParams): URLSearchParams =>
  new URLSearchParams([...source].filter(([name]) => KNOWN.has(name)))

export const fromHeld = (held: Held): URLSearchParams =>
  new URLSearchParams(Object.entries(held).flatMap(([name, value]) => [value].flat().map((one) => [name, one])))

/** The value of a parameter that comes once; undefined also if it comes twice. */
export const onceIn =
  (source: URLSearchParams): Once =>
  (name) => {
    const [value, ...more] = source.getAll(name).filter((given) => given !== '')
    return more.length === 0 && value !== undefined && isStorable(value) ? value : undefined
  }
