/** Mails posted to a provider: a real server on this machine plays it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { parseMailbox, parseMailUrl } from '../../src/lib/mail-settings.ts'
import { PermanentFailure } from '../../src/lib/permanent-failure.ts'
import { postMail } from '../../src/platform/mailer/http.ts'
import { freePort } from '../support/ports.ts'

const KEY = 're_s3cret/key+with=signs'
const MAIL = {
  id: 'job_0198c0ffee',
  to: 'ada@example.com',
  subject: 'Código: prove it’s you',
  text: 'Your code is 123456',
  html: '<p>Your code is 123456</p>',
}

let server: ReturnType<typeof Bun.serve>
let requests: { method: string; path: string; headers: Headers; body: unknown }[] = []
let answer: () => Response | Promise<Response>

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname } = new URL(request.url)
      requests.push({ method: request.method, path: pathname, headers: request.headers, body: await request.json() })
      return answer()
    },
  })
})
afterAll(() => server.stop(true))
beforeEach(() => {
  requests = []
  answer = () => Response.json({ id: '49a3999c-0ce1-4ea6-ab68-afcd6dc2e794' })
})

function transport(path = '/emails', timeoutMs = 240_000, port = server.port) {
  const target = parseMailUrl(`http://:${encodeURIComponent(KEY)}@127.0.0.1:${port}${path}`)
  const from = parseMailbox('"Acme, Inc." <no-reply@acme.example>')
  if (target.kind !== 'http' || from === undefined) throw new Error(`not HTTP: ${JSON.stringify(target)}`)
  return postMail(target, from, timeoutMs)
}

async function failure(send: Promise<void>): Promise<Error> {
  try {
    await send
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('the mail was sent')
}

/** The error names neither the mail nor its recipient nor the key, for every answer of the provider. */
function expectDiscreet(error: Error): void {
  const told = `${error.message} ${error.stack} ${Bun.inspect(error)} ${JSON.stringify(error)}`
  for (const secret of ['ada@', 'example.com', '123456', 'prove it', 're_s3cret', 's3cret%2F'])
    expect(told).not.toContain(secret)
  expect(error.cause).toBeUndefined()
}

test('a mail is one POST as the API of Resend wants it, with the job as Idempotency-Key', async () => {
  await transport()(MAIL)
  expect(requests).toHaveLength(1)
  const { method, path, headers, body } = requests[0] ?? {}
  expect(`${method} ${path}`).toBe('POST /emails')
  expect(headers?.get('authorization')).toBe(`Bearer ${KEY}`)
  expect(headers?.get('idempotency-key')).toBe('job_0198c0ffee')
  expect(headers?.get('content-type')).toBe('application/json')
  const { id, ...said } = MAIL
  expect(body).toEqual({ ...said, from: '"Acme, Inc." <no-reply@acme.example>', to: ['ada@example.com'] })
  expect(id).not.toBe('')
})

test('a mail that one can end has the headers that say how (RFC 8058)', async () => {
  const unsubscribe = 'https://id.acme.example/unsubscribe?token=x'
  await transport()({ ...MAIL, unsubscribe })
  const { id: _, ...said } = MAIL
  expect(requests[0]?.body).toEqual({
    ...said,
    from: '"Acme, Inc." <no-reply@acme.example>',
    to: ['ada@example.com'],
    headers: {
      'List-Unsubscribe': `<${unsubscribe}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  })
})

test('the same mail sent twice carries one Idempotency-Key', async () => {
  const send = transport()
  await send(MAIL)
  await send(MAIL)
  expect(requests.map(({ headers }) => headers.get('idempotency-key'))).toEqual([MAIL.id, MAIL.id])
})

describe('an answer of', () => {
  for (const status of [400, 402, 413, 415, 422, 451])
    test(`${status} refuses the mail: it is given up`, async () => {
      answer = () => Response.json({ message: 'no: ada@example.com, prove it, 123456' }, { status })
      const error = await failure(transport()(MAIL))
      expect(error).toBeInstanceOf(PermanentFailure)
      expect(error.message).toBe(`the mail provider answered ${status}`)
      expectDiscreet(error)
    })

  for (const status of [401, 403, 404, 405, 408, 409, 429, 500, 502, 503, 504, 529])
    test(`${status} is tried again`, async () => {
      answer = () => new Response(`${KEY} ada@example.com 123456`, { status, headers: { 'retry-after': '86400' } })
      const error = await failure(transport()(MAIL))
      expect(error).not.toBeInstanceOf(PermanentFailure)
      expect(error.message).toBe(`the mail provider answered ${status}`)
      expectDiscreet(error)
    })

  for (const status of [301, 302, 307, 308])
    test(`${status} is not followed: the key stays with the host it is for`, async () => {
      answer = () => new Response(null, { status, headers: { location: `${server.url}elsewhere` } })
      const error = await failure(transport()(MAIL))
      expect(error).not.toBeInstanceOf(PermanentFailure)
      expect(requests.map(({ path }) => path)).toEqual(['/emails'])
      expectDiscreet(error)
    })

  test('200 is enough, with any body', async () => {
    answer = () => new Response('not JSON')
    await transport()(MAIL)
    answer = () => new Response(null, { status: 204 })
    await transport()(MAIL)
    expect(requests).toHaveLength(2)
  })
})

test('a provider that does not answer times out', async () => {
  const released = Promise.withResolvers<Response>()
  answer = () => released.promise
  const error = await failure(transport('/emails', 100)(MAIL))
  released.resolve(new Response())
  expect(error).not.toBeInstanceOf(PermanentFailure)
  expect(error.message).toBe('the mail provider did not answer in time')
  expectDiscreet(error)
})

test('a provider that cannot be reached is tried again', async () => {
  const error = await failure(transport('/emails', 240_000, freePort())(MAIL))
  expect(error).not.toBeInstanceOf(PermanentFailure)
  expect(error.message).toBe('the mail provider could not be reached')
  expectDiscreet(error)
})

test('a provider that fails once is asked again at once: no host is left to rest', async () => {
  answer = () => new Response(null, { status: 503 })
  const send = transport()
  await failure(send(MAIL))
  answer = () => new Response()
  await send(MAIL)
  expect(requests).toHaveLength(2)
})
