/** Requests with any method, header and bytes, and what an answer must be when it is a failure. */
import { expect } from 'bun:test'
import { catalogue } from '../../../src/errors.ts'
import { ORIGIN, type TestApp } from '../../support/test-app.ts'

export interface Sent {
  headers?: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream | FormData | URLSearchParams
}

export interface Received {
  status: number
  headers: Headers
  text: string
}

/** `send(t, 'POST /v1/auth/refresh', { headers, body })`; adds nothing to the given headers and body. */
export async function send({ app }: Pick<TestApp, 'app'>, methodAndPath: string, sent: Sent = {}): Promise<Received> {
  const [method = 'GET', ...rest] = methodAndPath.split(' ')
  const { headers = {}, body } = sent
  const init: RequestInit & { duplex?: 'half' } = { method, headers }
  if (body !== undefined) {
    init.body = body
    if (body instanceof ReadableStream) init.duplex = 'half'
  }
  const response = await app.handle(new Request(`${ORIGIN}${rest.join(' ')}`, init))
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (isStream) await response.body?.cancel() // it has no end
  return { status: response.status, headers: response.headers, text: isStream ? '' : await response.text() }
}

/** `{ authorization }` for a token, and a JSON content type. */
export const json = (token?: string): Record<string, string> => ({
  'content-type': 'application/json',
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
})

export interface ProblemBody {
  code: keyof typeof catalogue
  detail?: string
  errors?: { path: string; message: string }[]
  requestId: string
}

const MEMBERS = ['type', 'title', 'status', 'code', 'detail', 'errors', 'decisionId', 'requestId']

/** Asserts that the answer is a problem document exactly as api.md describes it, and returns it. */
export function expectProblem(answer: Received, appUrl = ORIGIN): ProblemBody {
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  const body = JSON.parse(answer.text) as ProblemBody & { type: string; title: string; status: number } // checked below
  const known = catalogue[body.code]
  expect(known, body.code).toBeDefined()
  expect(Object.keys(body).filter((name) => !MEMBERS.includes(name))).toEqual([])
  expect(body).toMatchObject({
    type: `${appUrl}/docs/errors#${body.code}`,
    title: known.title,
    status: answer.status,
    code: body.code,
  })
  expect(answer.status).toBe(known.status)
  // Every refusal names its decision, and no other answer does.
  expect('decisionId' in body, body.code).toBe(answer.status === 403)
  expect(body.requestId).toMatch(/^[\w-]{8,64}$/)
  expect(answer.headers.get('x-request-id')).toBe(body.requestId)
  for (const error of body.errors ?? []) {
    expect(Object.keys(error).sort()).toEqual(['message', 'path'])
    expect(error.path).toStartWith('/')
  }
  if (answer.status === 401) expect(answer.headers.get('www-authenticate')).toStartWith('Bearer')
  if (body.code === 'request.invalid') expect(body.errors?.length).toBeGreaterThan(0)
  return body
}
