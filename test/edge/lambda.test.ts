/** The handler of AWS Lambda, asked with the events AWS documents. Its whole API is proved by test/runtime. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import { cleanUp, newFolder } from '../process/support/server.ts'
import { environment } from '../runtime/servers/runtime-server.ts'
import { copyBundle } from '../support/edge-build.ts'

interface Result {
  statusCode: number
  headers: Record<string, string>
  cookies?: string[]
  body: string
  isBase64Encoded?: boolean
}
type Handler = (event: unknown, context: unknown) => Promise<Result>

/** No server listens there. Requests without the database work, and the others say why not. */
const DATABASE_URL = 'http://127.0.0.1:9'

let outfile: string
beforeAll(async () => {
  outfile = await copyBundle('lambda', newFolder())
}, 300_000)
afterAll(cleanUp)

/** The handler of a fresh function instance with this environment. */
async function start(env: Record<string, string>): Promise<Handler> {
  const before = { ...process.env }
  Object.assign(process.env, env)
  try {
    const { handler }: { handler: Handler } = await import(`${outfile}?${encodeURIComponent(JSON.stringify(env))}`)
    return handler
  } finally {
    for (const name of Object.keys(env)) delete process.env[name]
    Object.assign(process.env, before)
  }
}

/** After "Working with AWS Lambda proxy integrations for HTTP APIs", payload format 2.0. */
const httpApi = (method: string, path: string, more: Record<string, unknown> = {}) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: { accept: '*/*', host: 'id.example.com', 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' },
  requestContext: {
    accountId: '123456789012',
    apiId: 'api-id',
    domainName: 'id.example.com',
    domainPrefix: 'id',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'agent' },
    requestId: 'id',
    routeKey: '$default',
    stage: '$default',
    time: '12/Mar/2020:19:03:58 +0000',
    timeEpoch: 1583348638390,
  },
  isBase64Encoded: false,
  ...more,
})

/** After "Invoking Lambda function URLs": the same payload, with another domain and an authorizer that may be empty. */
const functionUrl = (method: string, path: string, more: Record<string, unknown> = {}) => {
  const event = httpApi(method, path, more)
  const domainName = 'abc123.lambda-url.eu-central-1.on.aws'
  return {
    ...event,
    headers: { ...event.headers, host: domainName },
    requestContext: { ...event.requestContext, domainName, authentication: null, authorizer: {} },
    pathParameters: null,
    stageVariables: null,
  }
}

describe.each([
  { name: 'HTTP API', event: httpApi },
  { name: 'function URL', event: functionUrl },
])('$name events', ({ event }) => {
  let handler: Handler
  beforeAll(async () => {
    handler = await start(environment({ databaseUrl: DATABASE_URL, env: { LOG_LEVEL: 'error' } }))
  })

  test('a request is answered with its status, headers and text', async () => {
    const { statusCode, headers, body, isBase64Encoded } = await handler(event('GET', '/livez'), {})
    expect({ statusCode, body, isBase64Encoded }).toEqual({
      statusCode: 200,
      body: '{"status":"ok"}',
      isBase64Encoded: undefined,
    })
    expect(headers['content-security-policy']).toBe("frame-ancestors 'none'")
  })

  test('bytes are answered in base64', async () => {
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
    const branded = await start(
      environment({
        databaseUrl: DATABASE_URL,
        env: { LOG_LEVEL: 'error', BRAND_FAVICON: `data:image/png;base64,${png}` },
      }),
    )
    const result = await branded(event('GET', '/branding/favicon'), {})
    expect([result.statusCode, result.headers['content-type'], result.isBase64Encoded]).toEqual([
      200,
      'image/png',
      true,
    ])
    expect(Buffer.from(result.body, 'base64').subarray(1, 4).toString()).toBe('PNG')
  })

  test('a compressed text is answered in base64, under its own type', async () => {
    const asked = (coding: string) => {
      const headers = { ...event('GET', '/').headers, 'accept-encoding': coding }
      return handler({ ...event('GET', '/pages/assets/pages.css'), headers }, {})
    }
    const plain = await asked('identity')
    expect([plain.statusCode, plain.headers['content-encoding'], plain.isBase64Encoded]).toEqual([
      200,
      undefined,
      undefined,
    ])
    const { statusCode, headers, body, isBase64Encoded } = await asked('gzip')
    expect([statusCode, headers['content-encoding'], isBase64Encoded]).toEqual([200, 'gzip', true])
    expect(headers['content-type']).toBe(plain.headers['content-type'])
    expect(headers['content-type']).toBe('text/css; charset=utf-8')
    expect(gunzipSync(Buffer.from(body, 'base64')).toString()).toBe(plain.body)
  })

  test('a body is read as text and in base64', async () => {
    const json = JSON.stringify({ email: 'nobody', password: 'x'.repeat(12) })
    const headers = { ...event('POST', '/').headers, 'content-type': 'application/json' }
    for (const sent of [
      { body: json, isBase64Encoded: false },
      { body: Buffer.from(json).toString('base64'), isBase64Encoded: true },
    ]) {
      const result = await handler({ ...event('POST', '/v1/auth/sign-up'), ...sent, headers }, {})
      expect(result.statusCode).toBe(422)
      expect(JSON.parse(result.body)).toMatchObject({ code: 'request.invalid', errors: [{ path: '/email' }] })
    }
  })

  test('the query and the method arrive: a wrong one is a problem document', async () => {
    const query = await handler(event('GET', '/v1/users', { rawQueryString: 'q=%00' }), {})
    expect(JSON.parse(query.body)).toMatchObject({ status: 422, code: 'request.invalid' })
    const method = await handler(event('DELETE', '/livez'), {})
    expect([method.statusCode, method.headers.allow]).toEqual([405, 'GET, HEAD'])
    expect(method.headers['content-type']).toBe('application/problem+json')
  })

  test('cookies arrive as one header, and its session is used', async () => {
    const result = await handler(
      event('GET', '/v1/me', { cookies: ['theme=dark', `session_80=${'A'.repeat(43)}`] }),
      {},
    )
    expect([result.statusCode, JSON.parse(result.body).code]).toEqual([503, 'server.unavailable'])
  })
})

test('a schedule runs the jobs, and fails when they do', async () => {
  const handler = await start(environment({ databaseUrl: DATABASE_URL, env: { LOG_LEVEL: 'error' } }))
  const event = {
    version: '0',
    id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '123456789012',
    time: '2026-10-08T16:53:06Z',
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:123456789012:rule/my-scheduled-rule'],
    detail: {},
  }
  await expect(handler(event, {})).rejects.toThrow('REMOTE_UNREACHABLE')
})

test.each([
  { variable: 'DATABASE_URL', env: { DATABASE_URL: 'file:data/threeger.db' } },
  { variable: 'APP_SECRET', env: { APP_SECRET: 'short' } },
])('with a wrong $variable every request gets an error without its value', async ({ env }) => {
  const handler = await start({ ...environment({ databaseUrl: DATABASE_URL }), ...env })
  const result = await handler(httpApi('GET', '/v1/me'), {})
  expect([result.statusCode, result.headers['content-type']]).toEqual([503, 'application/problem+json'])
  expect(JSON.parse(result.body)).toMatchObject({ code: 'server.not_ready', errors: [{ path: '/environment' }] })
  expect(result.body).not.toContain(Object.values(env)[0])
})
