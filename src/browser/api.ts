/** Requests to the API of this origin, with the cookie of the person. The programs use the public API alone. */
import { isRecord } from '../lib/is-record.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A problem document (RFC 9457), or `offline` if no answer came. */
export interface Problem {
  code: string
  status: number
  title: string
  /** The faults of a request body or query, in English. `path` is a JSON Pointer. */
  errors: readonly { path: string; message: string }[]
  requestId: string | undefined
  /** Of a 403: what `POST /v1/authz/explain` explains. */
  decisionId: string | undefined
  retryAfterSeconds: number | undefined
}

export type Answer<T> =
  | {
      ok: true
      status: number
      body: T
      /** The version of what was read or written, for `ifMatch`. */
      etag: string | undefined
    }
  | { ok: false; problem: Problem }

export interface Sent {
  method: Method
  /** With its query: `/v1/users?limit=20`. */
  path: string
  body?: unknown
}

export interface CallOptions {
  signal?: AbortSignal
  /** For a POST that a repeated press must not do twice: docs/idempotency.md. */
  idempotencyKey?: string
  /** The `etag` of the answer that the person saw: the change is refused if another person made one since. */
  ifMatch?: string
}

const TIMEOUT_MS = 30_000

/** Who this page was drawn for. The server refuses a request that another person's cookie came with: docs/sessions.md. */
const person = () => document.querySelector<HTMLMetaElement>('meta[name=person]')?.content

/** Where every program of ours ends after "Sign out". The page says that it is done. */
export const SIGNED_OUT = '/sign-in?from=signed-out'

let isLeaving = false
// The back button may show the page as it was left. Tests load this file without a window.
globalThis.addEventListener?.('pageshow', (event) => {
  if ('persisted' in event && event.persisted) isLeaving = false
})

/** Leads on after the session of this browser was changed on purpose. What a request still meets there is no surprise. */
export function leaveFor(to: string): void {
  isLeaving = true
  location.assign(to)
}

/** Set by the program: proves again who the person is. False if they give up. */
let freshen: (() => Promise<boolean>) | undefined
export const onFreshSessionRequired = (ask: () => Promise<boolean>): void => {
  freshen = ask
}

/** Set by the program: what it believes the person may do is out of date. */
let refused: (() => void) | undefined
export const onRefused = (tell: () => void): void => {
  refused = tell
}

/**
 * Never rejects. Without a session the page leads to the sign-in page and back. For an act that requires a fresh session, the
 * person proves again who they are, and the request is sent once more.
 */
export async function call<T = unknown>(
  method: Method,
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const answer = await send<T>({ method, path, ...(body !== undefined && { body }) }, options)
  if (answer.ok) return answer
  const { code } = answer.problem
  if (code === 'auth.required' || code === 'session.expired') signInAgain(true)
  if (code === 'auth.forbidden') refused?.()
  if (code === 'auth.fresh_session_required' && (await freshen?.()))
    return send<T>({ method, path, ...(body !== undefined && { body }) }, options)
  return answer
}

/** The same without the sign-in and without the proof. If another person is signed in by now, the page is loaded again. */
export async function send<T = unknown>(
  { method, path, body }: Sent,
  { signal, idempotencyKey, ifMatch }: CallOptions = {},
): Promise<Answer<T>> {
  const limit = AbortSignal.timeout(TIMEOUT_MS)
  const expected = person()
  try {
    const response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(expected !== undefined && { 'x-expected-user': expected }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
    const text = await response.text()
    const answer: unknown = text === '' ? undefined : JSON.parse(text)
    // The shape is that of the OpenAPI document, which the server checks in tests.
    if (response.ok)
      return { ok: true, status: response.status, body: answer as T, etag: response.headers.get('etag') ?? undefined }
    const problem = problemOf(response, answer)
    // Nothing of the first person stays on the screen.
    if (problem.code === 'session.other_user' && !isLeaving) location.reload()
    return { ok: false, problem }
  } catch {
    return { ok: false, problem: { ...NO_ANSWER } }
  }
}

const NO_ANSWER: Problem = {
  code: 'offline',
  status: 0,
  title: 'The server did not answer. Check your connection and try again.',
  errors: [],
  requestId: undefined,
  decisionId: undefined,
  retryAfterSeconds: undefined,
}

function problemOf({ status, headers }: Response, answer: unknown): Problem {
  const { code, title, errors, requestId, decisionId } = isRecord(answer) ? answer : {}
  return {
    code: typeof code === 'string' ? code : 'server.error',
    status,
    title: typeof title === 'string' ? title : 'The server failed.',
    errors: Array.isArray(errors) ? errors.flatMap((error: unknown) => faultOf(error)) : [],
    requestId: typeof requestId === 'string' ? requestId : undefined,
    decisionId: typeof decisionId === 'string' ? decisionId : undefined,
    retryAfterSeconds: Number(headers.get('retry-after')) || undefined,
  }
}

const faultOf = (error: unknown): { path: string; message: string }[] =>
  isRecord(error) && typeof error.message === 'string'
    ? [{ path: typeof error.path === 'string' ? error.path : '', message: error.message }]
    : []

/**
 * Leads to the sign-in page, and from there back to this place. `ended`: the session ended under the page, and the sign-in page
 * says so. Who was not signed in when the page came hears nothing of a session.
 */
export function signInAgain(ended = false): void {
  // Several requests may meet the end of a session, and those of who has just signed out.
  if (isLeaving) return
  const query = new URLSearchParams({ return_to: location.pathname + location.search })
  if (ended && person() !== undefined) query.set('from', 'ended')
  leaveFor(`/sign-in?${query}`)
}
