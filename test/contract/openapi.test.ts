import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Value } from '@sinclair/typebox/value'
import type { Feature } from '../../src/core/feature.ts'
import { catalogue } from '../../src/errors.ts'
import * as features from '../../src/features.ts'
import { ENDPOINT_PARTS } from '../../src/http/endpoint-detail.ts'
import { call, setUpAdmin, signUp } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'
import { type Described, type Document, documentOf, examplesOf, operationsOf, resolve } from './support/document.ts'

const ROOT = join(import.meta.dir, '../..')
const COMMITTED = join(ROOT, 'openapi.json')

/** The endpoints at which clients authenticate. */
const CLIENT_ENDPOINTS = ['/oauth/token', '/oauth/introspect', '/oauth/revoke', '/oauth/par', '/oauth/device']

const forms = Object.values<Feature>(features).flatMap(({ forms: taken = [] }): string[] => [...taken])
const takesForm = (method: string, path: string): boolean => forms.includes(`${method} ${path}`)

let t: TestApp
let document: Document
let operations: Described[]
beforeAll(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'on' } }) // its headers are documented too
  document = await documentOf(t)
  operations = operationsOf(document)
})
afterAll(() => t.close())

const shownRoutes = async () =>
  (await t.app.allRoutes())
    .filter(({ method, hooks }) => method !== 'OPTIONS' && hooks.detail?.hide !== true)
    .map((route) => ({ ...route, path: route.path.replace(/:(\w+)/g, '{$1}').replace(/(.)\/$/, '$1') }))

describe('the document', () => {
  test('is the committed openapi.json: a change of the API shows in its diff', async () => {
    const development = await createTestApp({ env: { APP_URL: 'http://127.0.0.1:3000' } })
    const built = await documentOf(development)
    await development.close()
    const committed = (await Bun.file(COMMITTED).json()) as Document // written by `bun run openapi`
    if (!Bun.deepEquals(committed, built)) {
      const paths = Object.keys({ ...built.paths, ...committed.paths })
      const changed = paths.filter((path) => !Bun.deepEquals(built.paths[path], committed.paths[path]))
      throw new Error(
        `openapi.json is out of date (${changed.join(', ') || 'components'}): run \`bun run openapi\` and review the diff`,
      )
    }
  })

  test('is the same before and after its routes are called, though Elysia changes a schema when it compiles it', async () => {
    const before = await documentOf(t)
    for (const path of ['/livez', '/readyz', '/.well-known/jwks.json']) await call(t, `GET ${path}`)
    expect(await documentOf(t)).toEqual(before)
  })

  test('is served as it is, for the origin of APP_URL', async () => {
    const answer = await call<Record<string, unknown>>(t, 'GET /openapi.json')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.body).toEqual({ ...document })
    expect(document).toMatchObject({ openapi: '3.1.1', servers: [{ url: ORIGIN }] })
  })

  test('shows every route that is not hidden, and nothing else', async () => {
    const routes = (await shownRoutes()).map(({ method, path }) => `${method} ${path}`)
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(routes.sort())
    expect(routes).toContain('GET /.well-known/jwks.json')
  })
})

describe('two independent validators', () => {
  const redocly = async (file: string) => {
    const lint = Bun.spawn(
      [
        process.execPath,
        '--bun',
        join(ROOT, 'node_modules/@redocly/cli/bin/cli.js'),
        'lint',
        file,
        '--config',
        join(import.meta.dir, 'redocly.yaml'),
        '--format',
        'json',
      ],
      {
        cwd: ROOT,
        env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
        stderr: 'ignore',
      },
    )
    return JSON.parse(await new Response(lint.stdout).text()) as { totals: object; problems: { message: string }[] } // its --format json
  }

  test('Redocly has nothing to say, warnings and examples included', async () => {
    const { totals, problems } = await redocly(COMMITTED)
    expect(problems.map(({ message }) => message)).toEqual([])
    expect(totals).toMatchObject({ errors: 0, warnings: 0 })
  }, 300_000)

  test('the schemas of the OpenAPI Initiative accept it as 3.1', async () => {
    const validator = new Validator()
    expect(await validator.validate({ ...document })).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  test('both refuse a damaged copy, so both are awake', async () => {
    const damaged = structuredClone(document)
    const operation = damaged.paths['/v1/me']?.get
    if (!operation) throw new Error('GET /v1/me is not in the document')
    Object.assign(operation, { responses: { 200: { content: {} } } })
    const file = join(t.file, '..', 'damaged.json')
    await Bun.write(file, JSON.stringify(damaged))
    expect((await redocly(file)).problems.length).toBeGreaterThan(0)
    expect(await new Validator().validate({ ...damaged })).toMatchObject({ valid: false })
  }, 300_000)
})

describe('every operation', () => {
  test('has an id of its own, a summary and tags that are described', () => {
    const described = document.tags.map(({ name }) => name)
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { operation } of operations) {
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/)
      expect(operation.summary.length).toBeGreaterThan(5)
      expect(operation.tags.length).toBeGreaterThan(0)
      expect(described).toEqual(expect.arrayContaining(operation.tags))
    }
    expect(new Set(operations.flatMap(({ operation }) => operation.tags))).toEqual(new Set(described))
  })

  test('names the security of its mark, and the permission it needs', async () => {
    for (const { method, path, hooks } of await shownRoutes()) {
      const operation = document.paths[path]?.[method.toLowerCase()]
      const mark: string = hooks.detail['x-access']
      // A public route at which a client, and not a person, says who it is: in the header, or in the form.
      const ofClient = hooks.detail['x-client-authentication'] === true
      expect(operation?.security).toEqual(ofClient ? [{ client: [] }, {}] : hooks.detail.security)
      if (ofClient) expect(mark).toBe('public')
      if (mark !== 'public') expect(operation?.security).toEqual([{ bearer: [] }, { cookie: [] }])
      if (mark.includes(':')) expect(operation?.description).toContain(`\`${mark}\``)
    }
  })

  test('has one media type a body: JSON, or a form where its feature takes one', () => {
    for (const { method, path, operation } of operations) {
      const type = takesForm(method, path) ? 'application/x-www-form-urlencoded' : 'application/json'
      if (operation.requestBody) expect(Object.keys(operation.requestBody.content)).toEqual([type])
    }
    const withForm = operations.filter(({ method, path }) => takesForm(method, path))
    expect(withForm.filter(({ operation }) => operation.requestBody === undefined)).toEqual([])
    expect(withForm.map(({ path }) => path).sort()).toEqual(
      [...CLIENT_ENDPOINTS, '/oauth/authorize', '/oauth/logout', '/oauth/userinfo'].sort(),
    )
  })

  test('has one media type an answer: JSON, and problem documents for errors, apart from those of OAuth', () => {
    const others: string[] = []
    for (const { method, path, operation } of operations) {
      for (const [status, answer] of Object.entries(operation.responses)) {
        const { content, description } = resolve(document, answer)
        expect(description.length).toBeGreaterThan(3)
        if (path.startsWith('/oauth/') && Number(status) >= 400 && answer.$ref === undefined)
          others.push(`${method} ${path} ${status}: ${Object.keys(content ?? {}).join(', ')}`)
        else if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json'])
        else expect(Object.keys(content ?? {}).length).toBe(/^(?:101|204|3..)$/.test(status) ? 0 : 1)
      }
    }
    const oauth = 'application/json'
    const both = 'application/json, application/problem+json'
    const page = 'text/html'
    expect(others.sort()).toEqual(
      [
        ...CLIENT_ENDPOINTS.flatMap((path) => [`POST ${path} 400: ${oauth}`, `POST ${path} 401: ${oauth}`]),
        `GET /oauth/authorize 400: ${page}`,
        `GET /oauth/authorize 403: ${page}`,
        `POST /oauth/authorize 400: ${page}`,
        `GET /oauth/logout 400: ${page}`,
        `POST /oauth/logout 400: ${page}`,
        `POST /oauth/userinfo 400: ${oauth}`,
        `POST /oauth/register 400: ${both}`,
        `POST /oauth/register 503: ${both}`,
        `POST /oauth/token 503: ${both}`,
        `GET /oauth/register/{id} 401: ${oauth}`,
        `PUT /oauth/register/{id} 400: ${both}`,
        `PUT /oauth/register/{id} 401: ${oauth}`,
        `DELETE /oauth/register/{id} 401: ${oauth}`,
      ].sort(),
    )
  })

  test('of an endpoint of OAuth shows the refusals that it sends', async () => {
    for (const path of CLIENT_ENDPOINTS) {
      const form = (fields: Record<string, string>) =>
        t.app.handle(new Request(ORIGIN + path, { method: 'POST', body: new URLSearchParams(fields) }))
      const unknown = { client_id: 'cli_unknown', client_secret: 'x', grant_type: 'client_credentials', token: 'x' }
      for (const answer of [await form({}), await form(unknown), await form({ ...unknown, client_assertion: 'x' })]) {
        const body = (await answer.json()) as { error: string } // RFC 6749 §5.2
        const shown = document.paths[path]?.post?.responses[answer.status]?.content?.['application/json']?.schema
        expect(Object.keys(body).sort()).toEqual(['error', 'error_description'])
        expect(JSON.stringify(shown), `${path} ${answer.status}`).toContain(`"${body.error}"`)
      }
    }
  })

  test('of the token endpoint has a form for each grant_type', async () => {
    const { schemas } = document.components
    const { anyOf } = schemas.TokenRequest as { anyOf: { $ref: string }[] }
    const types = anyOf.map(({ $ref }) => {
      const form = schemas[$ref.replace('#/components/schemas/', '')] as {
        properties: { grant_type: { const: string } }
      }
      return form.properties.grant_type.const
    })
    const discovery = await call<{ grant_types_supported: string[] }>(t, 'GET /.well-known/openid-configuration')
    expect(types.sort()).toEqual(discovery.body.grant_types_supported.sort())
  })

  test('shows examples that its own schemas accept, with no placeholder in them', async () => {
    const examples: unknown[] = []
    for (const { method, path, hooks } of await shownRoutes()) {
      const operation = document.paths[path]?.[method.toLowerCase()]
      for (const example of examplesOf(operation?.requestBody?.content)) {
        expect(Value.Check(hooks.body ?? hooks.detail['x-form'](), example), `${method} ${path}`).toBe(true)
        examples.push(example)
      }
      for (const [status, answer] of Object.entries(operation?.responses ?? {}))
        for (const example of Number(status) < 400 ? examplesOf(answer.content) : []) {
          expect(Value.Check(hooks.response[status], example), `${method} ${path} ${status}`).toBe(true)
          examples.push(example)
        }
    }
    // `string` is what a text without an example becomes: give its schema `examples: […]`.
    expect(JSON.stringify(examples)).not.toContain('"string"')
    expect(examples.length).toBeGreaterThan(20)
  })

  test('gives every error an example document of the catalogue', () => {
    for (const answer of Object.values(document.components.responses)) {
      for (const [code, { value }] of Object.entries(answer.content?.['application/problem+json']?.examples ?? {})) {
        const { status, title } = catalogue[code as keyof typeof catalogue] // the next line fails for any other
        expect(value).toMatchObject({ code, status, title, type: `${ORIGIN}/docs/errors#${code}` })
      }
      expect(answer.headers).toHaveProperty('X-Request-Id')
    }
  })
})

describe('what a client generator reads', () => {
  test('has no trace of the framework', () => {
    const text = JSON.stringify(document)
    for (const keyword of ['nullable', '$id', 'x-headers', 'x-stateless', 'x-limited', 'patternProperties'])
      expect(text).not.toContain(`"${keyword}"`)
    for (const part of ENDPOINT_PARTS) expect(text).not.toContain(`"${part}"`)
  })

  test('a list is `items` and `nextCursor`, apart from those of earlier releases that have one page', () => {
    const lists = Object.entries(document.components.schemas).flatMap(([name, { properties = {} }]) =>
      (properties as Record<string, { type?: string }>).items?.type === 'array' ? [{ name, properties }] : [],
    )
    expect(lists.length).toBeGreaterThan(15)
    const withoutPages = lists.filter(({ properties }) => !Object.hasOwn(properties as object, 'nextCursor'))
    expect(withoutPages.map(({ name }) => name).sort()).toEqual([
      'ActiveSessions',
      'Identities',
      'ImportReport',
      'Passkeys',
      'Providers',
      'RememberedDevices',
    ])
  })

  test('numbers in a query are integers, choices are enums, defaults are optional', () => {
    const parameters = document.paths['/v1/users']?.get?.parameters ?? []
    const named = (name: string) => parameters.find((parameter) => parameter.name === name)
    expect(named('limit')).toMatchObject({
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    })
    expect(named('limit')?.schema).not.toHaveProperty('anyOf')
    expect(named('status')?.schema).toEqual({ type: 'string', enum: ['active', 'disabled'] })
    expect(named('sort')).toMatchObject({ required: false, schema: { default: '-createdAt' } })
  })

  test('the headers it documents are sent', async () => {
    const documented = (path: string, method: string, status: number) =>
      Object.keys(document.paths[path]?.[method]?.responses[status]?.headers ?? {})
    const admin = (await setUpAdmin(t)).accessToken
    const create = () =>
      call(t, 'POST /v1/users', {
        token: admin,
        headers: { 'idempotency-key': 'one' },
        body: { email: 'new@example.com' },
      })
    await create()
    const created = await create() // the repeat says that it is one
    const me = await call(t, 'GET /v1/me', { token: (await signUp(t, 'me@example.com')).accessToken })
    const limits = ['RateLimit', 'RateLimit-Policy']
    const keyed = ['X-Request-Id', 'ETag', 'Location', 'Idempotency-Replayed']
    expect(documented('/v1/users', 'post', 201)).toEqual([...keyed, ...limits])
    expect(documented('/v1/me', 'get', 200)).toEqual(['X-Request-Id', 'ETag', ...limits])
    expect(documented('/v1/auth/sign-in', 'post', 200)).toEqual(['X-Request-Id', 'Set-Cookie'])
    for (const name of documented('/v1/users', 'post', 201)) expect(created.headers.has(name)).toBe(true)
    for (const name of documented('/v1/me', 'get', 200)) expect(me.headers.has(name)).toBe(true)
  })
})
