/**
 * Asks the server whether a credential works, for `whenStale`. A token of an OAuth client is introspected (RFC 7662). The access token
 * of a session and an API key are sent to the server that made them, as they are.
 */
import type { Caller } from './index.ts'
import { isRecord } from './known-revocations.ts'
import { secureUrl } from './secure-url.ts'

export interface IntrospectionOptions {
  /** `APP_URL` of the server. */
  issuer: string
  /** A confidential client whose `audiences` has the audience of the tokens. Needed for tokens of OAuth clients alone. */
  client?: { id: string; secret: string }
  /** Default: 3 s. */
  timeoutMs?: number
  /** How long an answer is used again. Default: 1 s. */
  keepMs?: number
  fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** ms of a clock that nobody sets. */
  elapsed?: () => number
}

/** True: it works. Throws if the server does not say. */
export type Introspection = (credential: string, caller: Caller) => Promise<boolean>

const MAX_KEPT = 10_000
const MAX_BYTES = 65_536

export function createIntrospection(options: IntrospectionOptions): Introspection {
  const { issuer, client, timeoutMs = 3_000, keepMs = 1_000, elapsed = () => performance.now() } = options
  const ask = options.fetch ?? ((url, init) => fetch(url, init))
  const base = secureUrl(issuer).replace(/\/$/, '')
  const kept = new Map<string, { at: number; works: Promise<boolean> }>()

  const send = (path: string, init: RequestInit): Promise<Response> =>
    ask(`${base}${path}`, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })

  async function introspect(token: string): Promise<boolean> {
    if (client === undefined) throw new Error('the token of a client is introspected by a client')
    const secret = [client.id, client.secret].map(encodeURIComponent).join(':')
    const response = await send('/oauth/introspect', {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(secret)}`, accept: 'application/json' },
      body: new URLSearchParams({ token }),
    })
    const text = await response.text()
    if (response.status !== 200 || text.length > MAX_BYTES) throw new Error(`introspection answered ${response.status}`)
    const answer: unknown = JSON.parse(text)
    if (!isRecord(answer) || typeof answer.active !== 'boolean')
      throw new Error('introspection answered something else')
    return answer.active
  }

  async function present(credential: string): Promise<boolean> {
    const response = await send('/v1/me/permissions', {
      headers: { authorization: `Bearer ${credential}`, accept: 'application/json' },
    })
    await response.body?.cancel()
    if (response.status === 200) return true
    if (response.status === 401) return false
    throw new Error(`the server answered ${response.status}`)
  }

  return (credential, { kind }) => {
    const time = elapsed()
    const before = kept.get(credential)
    if (before !== undefined && time - before.at <= keepMs) return before.works
    const works = kind === 'client' ? introspect(credential) : present(credential)
    if (kept.size >= MAX_KEPT) for (const [text, { at }] of kept) if (time - at > keepMs) kept.delete(text)
    if (kept.size >= MAX_KEPT) kept.clear()
    kept.set(credential, { at: time, works })
    return works
  }
}
