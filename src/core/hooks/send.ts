/**
 * Sends one signed request to a URL that an administrator has chosen (Standard Webhooks 1.0). The connection goes to an address
 * that was checked, follows no redirect, and ends after a deadline; of the answer only the first bytes are read.
 */
import { Webhook } from 'standardwebhooks'
import type { Deps } from '../../deps.ts'
import { PublicFetchError, type PublicFetchReason } from '../../lib/public-addresses.ts'
import { hookReach } from './targets.ts'

export interface Hook {
  url: string
  /** `whsec_…`. More than one while a secret is replaced: the receiver accepts any of the signatures. */
  secrets: readonly [string, ...string[]]
  /** `webhook-id`. The same for each attempt, so a receiver detects a repetition. */
  id: string
  body: string
  contentType?: string
  headers?: Record<string, string>
  /** From the resolution of the name until the last byte that is read. */
  timeoutMs: number
  /** Of the answer. What is longer is cut, and the rest is not read. */
  maxAnswerBytes: number
}

/** What came of it. A redirect is an answer with its status. */
export type HookOutcome =
  | { kind: 'answered'; status: number; headers: Headers; body: Uint8Array<ArrayBuffer>; tookMs: number }
  /** `message` is for the log of deliveries: it names no address. */
  | { kind: 'failed'; reason: PublicFetchReason; message: string; tookMs: number }

type SendDeps = Pick<Deps, 'config' | 'clock' | 'fetchPublic'>

/** `webhook-id`, `webhook-timestamp` and `webhook-signature`, with one signature for each secret. `at`: ms UTC. */
export function signatureHeaders(
  secrets: Hook['secrets'],
  { id, at, body }: { id: string; at: number; body: string },
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const moment = new Date(at)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, moment, body)).join(' '),
  }
}

/** Never throws for what the target does. */
export async function sendHook({ config, clock, fetchPublic }: SendDeps, hook: Hook): Promise<HookOutcome> {
  const { url, secrets, id, body, contentType = 'application/json', headers = {}, timeoutMs, maxAnswerBytes } = hook
  const began = clock.now()
  const signed = signatureHeaders(secrets, { id, at: began, body })
  try {
    const answer = await fetchPublic(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': contentType, 'user-agent': 'Threeger-Hooks/1', ...signed },
      body,
      timeoutMs,
      maxBytes: maxAnswerBytes,
      longAnswer: 'cut',
      reach: hookReach(config),
    })
    return { kind: 'answered', ...answer, tookMs: clock.now() - began }
  } catch (error) {
    if (!(error instanceof PublicFetchError)) throw error
    return { kind: 'failed', reason: error.reason, message: error.message, tookMs: clock.now() - began }
  }
}

const MAX_RETRY_AFTER_MS = 24 * 3600 * 1000

/** `Retry-After` of an answer, in seconds or as a date (RFC 9110 §10.2.3), in ms from `now` and at most a day. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim()
  if (text === undefined) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : / GMT$/.test(text) ? Date.parse(text) - now : Number.NaN
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS)
}
