/** Requests to the API of this origin. */
import { isRecord } from '../../../lib/is-record.ts'

export type Answer = { ok: true; body: Record<string, unknown> } | Failure

export interface Failure {
  ok: false
  /** The `code` of the problem document (RFC 9457), or `offline` if no answer came. */
  code: string
  /** The reasons that the server gives, in English. */
  reasons: string[]
  retryAfterSeconds: number | undefined
}

const TIMEOUT_MS = 30_000

/** Never rejects. */
export const post = (path: string, body: Record<string, unknown>): Promise<Answer> =>
  ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** The same. */
export const get = (path: string, headers: Record<string, string>): Promise<Answer> => ask(path, { headers })

async function ask(path: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(path, {
      ...init,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const answer: unknown = await response.json()
    const fields = isRecord(answer) ? answer : {}
    return response.ok ? { ok: true, body: fields } : failureOf(response, fields)
  } catch {
    return { ok: false, code: 'offline', reasons: [], retryAfterSeconds: undefined }
  }
}

function failureOf({ headers }: Response, { code, errors }: Record<string, unknown>): Failure {
  return {
    ok: false,
    code: typeof code === 'string' ? code : 'server.error',
    reasons: Array.isArray(errors) ? errors.flatMap((error: unknown) => messageOf(error)) : [],
    retryAfterSeconds: Number(headers.get('retry-after')) || undefined,
  }
}

const messageOf = (error: unknown): string[] =>
  isRecord(error) && typeof error.message === 'string' ? [error.message] : []
