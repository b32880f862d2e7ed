/** One attempt of a delivery: the request, and what its answer means. */
import type { DeliveryTry } from '../../../db/tables/index.ts'
import { toWireEvent } from '../../core/feed/wire-event.ts'
import { openHookSecret } from '../../core/hooks/secrets.ts'
import { type HookOutcome, retryAfterMs, sendHook } from '../../core/hooks/send.ts'
import type { Deps } from '../../deps.ts'
import { contentTypeOf, payloadOf } from './payloads.ts'
import type { LeasedDelivery } from './send-queries.ts'

/** From the resolution of the name until the last byte that is read. */
export const TIMEOUT_MS = 15_000
/** The log shows the begin of an answer. The rest is not read. */
const MAX_ANSWER_BYTES = 1_024

/** The waits between attempts: two and a half days in all. */
const WAITS_MS = [
  5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 57_600_000, 86_400_000,
]
export const MAX_ATTEMPTS = WAITS_MS.length + 1

export interface Attempted {
  delivery: LeasedDelivery
  body: string | null
  answer: string | null
  tried: DeliveryTry
  /** `broken`: this server cannot send it, which says nothing about the endpoint. */
  result: 'delivered' | 'refused' | 'gone' | 'broken'
  /** When the endpoint asks for the next request (`Retry-After`), ms UTC. */
  retryAt: number | undefined
}

/** Sends it. Never throws for what the endpoint does. */
export async function attempt(deps: Deps, delivery: LeasedDelivery): Promise<Attempted> {
  const at = deps.clock.now()
  const body = delivery.body ?? bodyOf(deps, delivery)
  const secrets = await secretsOf(deps, delivery, at)
  const error = body === null ? EVENT_GONE : secrets === undefined ? SECRET_LOST : undefined
  if (body === null || secrets === undefined) {
    deps.log.error('a webhook cannot be sent', { webhook: delivery.webhookId, event: delivery.eventId, reason: error })
    const tried = { at, status: null, error: error ?? null, tookMs: 0 }
    return { delivery, body, answer: null, tried, result: 'broken', retryAt: undefined }
  }
  const outcome = await sendHook(deps, {
    url: delivery.url,
    secrets,
    id: delivery.eventId,
    body,
    contentType: contentTypeOf(body),
    timeoutMs: TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  })
  return { delivery, body, ...judge(outcome, at) }
}

/** Those that lead elsewhere. 304 answers a condition, which no request of ours has. */
const REDIRECTS = new Set([301, 302, 303, 307, 308])

const EVENT_GONE = 'the event was deleted from the audit log'
const SECRET_LOST = 'the secret was encrypted under another APP_SECRET'

function bodyOf({ config }: Pick<Deps, 'config'>, { event, format, payloadVersion }: LeasedDelivery): string | null {
  if (event === null) return null
  return payloadOf(toWireEvent(event), { format, version: payloadVersion, source: config.appUrl }).body
}

/** The newest first. Undefined if it cannot be decrypted. */
async function secretsOf(
  deps: Pick<Deps, 'config'>,
  { webhookId, secret, previousSecret, previousUntil }: LeasedDelivery,
  now: number,
): Promise<readonly [string, ...string[]] | undefined> {
  const newest = await openHookSecret(deps, secret, webhookId)
  if (newest === undefined) return undefined
  const overlaps = previousSecret !== null && previousUntil !== null && previousUntil > now
  const previous = overlaps ? await openHookSecret(deps, previousSecret, webhookId) : undefined
  return previous === undefined ? [newest] : [newest, previous]
}

function judge(outcome: HookOutcome, at: number): Omit<Attempted, 'delivery' | 'body'> {
  const { tookMs } = outcome
  if (outcome.kind === 'failed')
    return {
      answer: null,
      tried: { at, status: null, error: outcome.message, tookMs },
      result: 'refused',
      retryAt: undefined,
    }
  const { status, headers } = outcome
  const isAccepted = status >= 200 && status <= 299
  const isRedirect = REDIRECTS.has(status)
  const waitMs = isAccepted ? undefined : retryAfterMs(headers, at + tookMs)
  return {
    answer: new TextDecoder().decode(outcome.body).replaceAll('\0', '�'),
    tried: { at, status, error: isRedirect ? 'redirects are not followed' : null, tookMs },
    result: isAccepted ? 'delivered' : status === 410 ? 'gone' : 'refused',
    retryAt: waitMs === undefined ? undefined : at + tookMs + waitMs,
  }
}

/**
 * When a delivery is tried again after `attempts` failed ones, ms UTC; undefined: it is given up. A random change of up to a
 * quarter keeps deliveries from returning all at once.
 */
export function nextAttemptAt(
  attempts: number,
  { now, retryAt, random }: { now: number; retryAt: number | undefined; random: Deps['random'] },
): number | undefined {
  const wait = WAITS_MS[attempts - 1]
  if (wait === undefined) return undefined
  const chance = (random.bytes(1)[0] ?? 0) / 255
  return Math.max(now + Math.round(wait * (0.75 + chance / 2)), retryAt ?? 0)
}
