/** The `Idempotency-Key` request header (draft-ietf-httpapi-idempotency-key-header): a write that may be sent again. */
import { t } from 'elysia'
import type { Actor, Deps } from '../deps.ts'
import { deriveKey, hmac } from '../lib/crypto.ts'
import { oncePer } from '../lib/once-per.ts'
import { hashToken } from '../lib/tokens.ts'
import type { IdempotencyKey } from '../core/idempotency/commit-once.ts'

/** The String of RFC 9651 §3.3.3 that the draft asks for, or the same without quotes, as most clients send it. */
const KEY = '^(?:"(?:[ !#-\\[\\]-~]|\\\\["\\\\]){1,255}"|[!#-~][!-~]{0,254})$'

/** For the `headers` of a route. In the OpenAPI document it brings the header of a replay along. */
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
  /** The parsed body, where the route takes one. */
  body?: unknown
  set: { headers: Record<string, string | number | string[] | undefined> }
}

/** Reads the key of a validated request; undefined when it has none. `set` gets the header of a replay. */
export const idempotencyKeys = oncePer(({ config }: Pick<Deps, 'config'>) => {
  let derived: ReturnType<typeof deriveKey> | undefined

  return async ({ request, actor, body = null, set }: KeyedRequest): Promise<IdempotencyKey | undefined> => {
    const sent = request.headers.get('idempotency-key')
    if (sent === null) return undefined
    const { pathname, search } = new URL(request.url, config.appUrl)
    derived ??= deriveKey(config.appSecret, 'fingerprints')
    return {
      actorId: actor.id,
      keyHash: await hashToken(unquote(sent)),
      // Under a key of ours: the body may hold a password, and a plain hash of it could be guessed from the database.
      fingerprint: await hmac(await derived, `${request.method} ${pathname}${search}\n${JSON.stringify(body)}`),
      replayed() {
        set.headers['idempotency-replayed'] = 'true'
      },
    }
  }
})

/** RFC 9651 §4.2.5: a backslash stands before a quote or another backslash, and nowhere else. */
const unquote = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text)
