/**
 * The `Idempotency-Key` request header (draft-ietf-httpapi-idempotency-key-header), for writes that a client can
 * repeat.
 */
import { t } from 'elysia'
import type { Actor, Deps } from '../deps.ts'
import { deriveKey, hmac } from '../lib/crypto.ts'
import { oncePer } from '../lib/once-per.ts'
import { hashToken } from '../lib/tokens.ts'
import { isClient, isSession } from './fresh-session.ts'
import type { IdempotencyKey } from '../core/idempotency/commit-once.ts'

/** The String of RFC 9651 §3.3.3 that the draft requires, or the same without quotes, which most clients send. */
const KEY = '^(?:"(?:[ !#-\\[\\]-~]|\\\\["\\\\]){1,255}"|[!#-~][!-~]{0,254})$'

/** For the `headers` of a route. The OpenAPI document then also has the header `Idempotency-Replayed`. */
export const IdempotencyKeyHeader = {
  'idempotency-key': t.Optional(
    t.String({
      pattern: KEY,
      description:
        'The client chooses a key for each request, such as a UUID. For 24 hours, requests with the same key take effect once. If the answer was lost, send the same request with the same key again.',
      examples: ['8e03978e-40d5-43e8-bc93-6894a57f9324'],
    }),
  ),
}

interface KeyedRequest {
  request: Request
  actor: Actor
  /** The parsed body, if the route takes one. */
  body?: unknown
  set: { headers: Record<string, string | number | string[] | undefined> }
}

/** Reads the key of a validated request; undefined if it has none. `set` gets the header of a replay. */
export const idempotencyKeys = oncePer(({ config }: Pick<Deps, 'config'>) => {
  let derived: ReturnType<typeof deriveKey> | undefined

  return async ({ request, actor, body = null, set }: KeyedRequest): Promise<IdempotencyKey | undefined> => {
    const sent = request.headers.get('idempotency-key')
    if (sent === null) return undefined
    const { pathname, search } = new URL(request.url, config.appUrl)
    derived ??= deriveKey(config.appSecret, 'fingerprints')
    return {
      actorId: actor.id,
      keyHash: await hashToken(unquote(sent) + placeOf(actor)),
      // Keyed with a secret, because the body may hold a password, and a plain hash could be guessed from a stolen
      // database.
      fingerprint: await hmac(await derived, `${request.method} ${pathname}${search}\n${JSON.stringify(body)}`),
      replayed() {
        set.headers['idempotency-replayed'] = 'true'
      },
    }
  }
})

/**
 * An administrator has other keys in the place of each user, and a client for each person that it acts for. So an answer for
 * one person is never one for another.
 */
function placeOf(actor: Actor): string {
  if (isClient(actor)) return `\n${actor.actingFor?.at(-1)?.id ?? ''}`
  return isSession(actor) && actor.impersonatorId !== null ? `\n${actor.user.id}` : ''
}

/** RFC 9651 §4.2.5: a backslash is allowed only before a quote or another backslash. */
const unquote = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text)
