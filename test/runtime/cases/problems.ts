import { expect } from 'bun:test'
import { expectProblem } from '../../http/support/send.ts'
import { PASSWORD } from '../../support/client.ts'
import { guarantee } from '../case.ts'
import { accepted } from '../exceptions.ts'
import { APP_URL } from '../tools.ts'

const CAP = 16_384
const REFRESH = 'POST /v1/auth/refresh'
const UNKNOWN_USER = `/v1/users/usr_${'0'.repeat(32)}`

export const problemCases = [
  guarantee('malformed JSON and bytes that are not UTF-8 are 400', [], async ({ runtime, call, refused }) => {
    for (const raw of ['{', '{"a":}', "{'a':1}", '{}{}']) await refused(REFRESH, 'request.malformed', { raw })
    const answer = await call(REFRESH, { raw: new Uint8Array([0x22, 0xff, 0xfe, 0x22]) })
    expect(accepted(runtime, 'bytes that are no UTF-8 are malformed', 400)).toContain(answer.status)
  }),

  guarantee('before the schema is checked, no credentials are 401 and no permission is 403', [], async (tools) => {
    for (const route of ['GET /v1/me', 'PATCH /v1/me', 'GET /v1/users', 'POST /v1/users', 'GET /v1/audit-events'])
      await tools.refused(route, 'auth.required', route.startsWith('P') ? { body: { nonsense: 1 } } : {})
    const { accessToken: token } = await tools.signUp()
    for (const route of ['GET /v1/users', `GET ${UNKNOWN_USER}`, `DELETE ${UNKNOWN_USER}`, 'GET /v1/audit-events'])
      await tools.refused(route, 'auth.forbidden', { token })
    await tools.refused('POST /v1/users', 'auth.forbidden', { token, body: { nonsense: 1 } })
  }),

  guarantee('an unknown path is 404, a wrong method 405 with Allow', [], async ({ refused }) => {
    for (const path of ['/nope', '/v1', '/v1/users/x/y/z', '/v1/ME']) await refused(`GET ${path}`, 'request.not_found')
    const allow = async (what: string) => (await refused(what, 'request.method_not_allowed')).headers.get('allow')
    expect(await allow('DELETE /v1/users')).toBe('GET, HEAD, POST')
    expect(await allow('PUT /v1/me')).toBe('GET, HEAD, PATCH, DELETE')
    expect(await allow('GET /v1/auth/sign-in')).toBe('POST')
  }),

  guarantee(
    'a body over 16 KiB is 413, its size declared or not, and one of just 16 KiB is read',
    [],
    async (tools) => {
      const bytes = (size: number) => new Uint8Array(size).fill(0x20)
      await tools.refused(REFRESH, 'request.too_large', { raw: bytes(CAP + 1) })
      const fits = await tools.call(REFRESH, { raw: bytes(CAP) })
      expect(fits.body.code).toBe('request.malformed')
      const chunked = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let sent = 0; sent <= CAP; sent += 65_536) controller.enqueue(bytes(65_536))
          controller.close()
        },
      })
      const answer = await tools.call(REFRESH, { raw: chunked })
      expect(expectProblem(answer, APP_URL).code).toBe('request.too_large')
      expect((await tools.call('GET /livez')).status).toBe(200)
    },
  ),

  guarantee('a small body sent in chunks is read', [], async (tools) => {
    const { user } = await tools.signUp()
    const text = JSON.stringify({ email: user.email, password: PASSWORD })
    const raw = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const part of [text.slice(0, 10), text.slice(10)]) controller.enqueue(new TextEncoder().encode(part))
        controller.close()
      },
    })
    expect((await tools.call('POST /v1/auth/sign-in', { raw })).status).toBe(200)
  }),

  guarantee('anything but JSON is 415', [], async ({ refused }) => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/json',
    ])
      await refused(REFRESH, 'request.unsupported_media_type', { raw: '{}', headers: { 'content-type': type } })
  }),

  guarantee('what does not match the schema is 422, and its value is not shown', [], async (tools) => {
    const canary = 'canary-9f1d07'
    const email = tools.newEmail()
    for (const body of [
      {},
      [],
      { email: canary, password: PASSWORD },
      { email, password: [canary] },
      { email, password: PASSWORD, roles: [canary] },
    ]) {
      const problem = await tools.refused('POST /v1/auth/sign-up', 'request.invalid', { body })
      expect(JSON.stringify(problem)).not.toContain(canary)
    }
  }),

  guarantee('U+0000 and lone surrogates are 422, in a body and in a URL', [], async (tools) => {
    const email = tools.newEmail()
    for (const name of ['raw\0nul', '\ud800'])
      await tools.refused('POST /v1/auth/sign-up', 'request.invalid', { body: { email, password: PASSWORD, name } })
    const { accessToken: token } = await tools.admin()
    await tools.refused('GET /v1/users?q=a%00b', 'request.invalid', { token })
  }),
]
