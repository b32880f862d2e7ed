/** An account on the measured server, and requests whose answers are checked. */
import type { Session } from '../src/modules/sessions/session-schema.ts'
import { BenchError } from './bench-error.ts'

export const CREDENTIALS = { email: 'ada@example.com', password: 'correct horse battery staple' }

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

/** Signs up on a server without accounts. */
export async function signUp(origin: string): Promise<Session> {
  const answer = await expectStatus(
    201,
    `${origin}/v1/auth/sign-up`,
    postJson({ ...CREDENTIALS, name: 'Ada Lovelace' }),
  )
  return (await answer.json()) as Session // the server of this checkout answers with its own schema
}

export const postJson = (body: unknown) => ({
  method: 'POST' as const,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** Returns the answer if it has this status. Throws `BenchError`. */
export async function expectStatus(status: number, url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, init)
  if (answer.status !== status)
    throw new BenchError(`${init.method ?? 'GET'} ${url} answered ${answer.status}, not ${status}`, await answer.text())
  return answer
}
