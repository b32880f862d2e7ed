/** The server of docs/mcp.md, which is `examples/mcp-server.ts`, with the real clients of both MCP packages. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { IssuerMismatchError } from '@modelcontextprotocol/client'
import { decodeJwt } from 'jose'
import * as oidc from 'openid-client'
import { introspectToken } from '../../examples/introspect-token.ts'
import { mcpServer } from '../../examples/mcp-server.ts'
import { freePort } from '../support/ports.ts'
import { credentials, type Identity, type McpClient, packages } from './support/mcp-client.ts'
import { API, type OurProvider, startOurs } from './support/provider.ts'

setDefaultTimeout(300_000)

const METADATA_URL = 'https://desk.example.com/oauth/client.json'
/** Each client listens on a port of its own: no port is registered. */
const REDIRECT_URL = 'http://127.0.0.1:53682/callback'

let ours: OurProvider
let server: Bun.Server<undefined>
let resource: string

beforeAll(async () => {
  ours = await startOurs({ OAUTH_REGISTRATION: 'open' })
  const port = freePort()
  resource = `http://127.0.0.1:${port}/mcp`
  server = Bun.serve({ hostname: '127.0.0.1', port, fetch: mcpServer(ours.issuer, resource) })
  await ours.ask('POST /v1/resources', {
    audience: resource,
    name: 'Notes over MCP',
    scopes: [
      { name: 'notes:read', description: 'Read your notes' },
      { name: 'notes:write', description: 'Add notes' },
    ],
  })
})
afterAll(async () => {
  await server?.stop(true)
  await ours?.stop()
})

/** The document of the client, as its host serves it. */
let document: Record<string, unknown>
beforeEach(() => {
  document = {
    client_id: METADATA_URL,
    client_name: 'Desk',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
  ours.t.foreign.answer = async (url) =>
    url === METADATA_URL ? Response.json(document) : new Response(null, { status: 404 })
})

const preset = async (auth: 'none' | 'client_secret_basic'): Promise<Identity> => {
  const { id, secret } = await ours.client({
    auth,
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: ['http://127.0.0.1/callback'],
  })
  const credentials = auth === 'none' ? {} : { client_secret: secret }
  return { preset: { client_id: id, issuer: ours.issuer, ...credentials }, redirectUrl: REDIRECT_URL }
}
const identities: [string, () => Promise<Identity>][] = [
  ['a metadata document', async () => ({ metadataUrl: METADATA_URL, redirectUrl: REDIRECT_URL })],
  ['dynamic registration', async () => ({ redirectUrl: REDIRECT_URL })],
  ['a client that an administrator made', () => preset('none')],
  ['a client with a secret', () => preset('client_secret_basic')],
]

const opened: McpClient[] = []
afterEach(async () => {
  for (const client of opened.splice(0)) await client.close().catch(() => {})
})

describe.each(Object.entries(packages))('%s', (name, open) => {
  const isCurrent = name === '@modelcontextprotocol/client'

  /** A client that the person has let in. */
  async function connected(identity: Identity) {
    const provider = credentials(identity)
    const client = open(resource, provider)
    opened.push(client)
    expect(await outcomeOf(client.connect())).toBe('Unauthorized')
    await client.finish(await ours.allow(provider.page()))
    await client.connect()
    return { client, provider }
  }

  test.each(identities)('by %s: finds us, asks the person, and calls a tool', async (_, identity) => {
    const { client, provider } = await connected(await identity())
    expect(await client.tools()).toEqual(['list_notes', 'add_note'])
    expect(await client.call('list_notes')).toBeString()
    const { tokens } = provider.stored
    expect(tokens?.token_type).toBe('Bearer')
    const claims = decodeJwt(tokens?.access_token ?? '')
    expect(claims).toMatchObject({ iss: ours.issuer, aud: resource, client_id: provider.stored.client?.client_id })
    expect(claims.scope).toBe('notes:read')
    expect(provider.page().searchParams.get('resource')).toBe(resource)
  })

  test('with a metadata document is named by its URL, and asks for refresh tokens by itself', async () => {
    const { provider } = await connected({ metadataUrl: METADATA_URL, redirectUrl: REDIRECT_URL })
    expect(provider.stored.client?.client_id).toBe(METADATA_URL)
    expect(ours.t.asked.filter((url) => url === METADATA_URL).length).toBeLessThanOrEqual(1)
    if (isCurrent) expect(provider.page().searchParams.get('scope')).toBe('notes:read offline_access')
  })

  test('refreshes by itself when its token is refused, and asks nobody', async () => {
    const { client, provider } = await connected(await preset('none'))
    const first = provider.stored.tokens
    expect(first?.refresh_token).toBeString()
    provider.stored.tokens = { ...first, access_token: 'expired', token_type: 'Bearer' }
    expect(await client.call('list_notes')).toBeString()
    expect(provider.visited).toHaveLength(1)
    expect(provider.stored.tokens?.refresh_token).not.toBe(first?.refresh_token)
    expect(decodeJwt(provider.stored.tokens?.access_token ?? '')).toMatchObject({ aud: resource, scope: 'notes:read' })
  })

  test('asks the person for the scope that a tool needs, and then calls it (step-up)', async () => {
    const { client, provider } = await connected(await preset('none'))
    if (!isCurrent) delete provider.stored.tokens?.refresh_token // it would refresh first, which adds no scope, and give up
    expect(await outcomeOf(client.call('add_note', { text: 'Buy milk' }))).toBe('Unauthorized')
    expect(provider.visited).toHaveLength(2)
    expect(provider.page().searchParams.get('scope')?.split(' ')).toContain('notes:write')
    expect(provider.page().searchParams.get('resource')).toBe(resource)
    await client.finish(await ours.allow(provider.page()))
    expect(await client.call('add_note', { text: 'Buy milk' })).toMatch(/There are now \d+ notes/)
    const { scope } = decodeJwt(provider.stored.tokens?.access_token ?? '')
    expect(String(scope).split(' ').sort()).toEqual(['notes:read', 'notes:write'])
  })

  test('whose grant was revoked asks the person again', async () => {
    const { client, provider } = await connected(await preset('none'))
    const { refresh_token } = provider.stored.tokens ?? {}
    await fetch(`${ours.issuer}/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: refresh_token ?? '', client_id: provider.stored.client?.client_id ?? '' }),
    })
    provider.stored.tokens = { ...provider.stored.tokens, access_token: 'expired', token_type: 'Bearer' }
    expect(await outcomeOf(client.call('list_notes'))).toBe('Unauthorized')
    expect(provider.visited).toHaveLength(2)
  })

  if (isCurrent)
    test.each([
      ['of another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example.com')],
      ['that differs by a slash', (url: URL) => url.searchParams.set('iss', `${ours.issuer}/`)],
      ['that is missing', (url: URL) => url.searchParams.delete('iss')],
    ])('refuses a response with an iss %s (RFC 9207)', async (_, change) => {
      const provider = credentials(await preset('none'))
      const client = open(resource, provider)
      expect(await outcomeOf(client.connect())).toBe('Unauthorized')
      const back = await ours.allow(provider.page())
      change(back)
      const refused = await client.finish(back).catch((error) => error)
      expect(refused).toBeInstanceOf(IssuerMismatchError)
      expect(provider.stored.tokens).toBeUndefined()
    })
})

/** `done`, or what the error says. */
const outcomeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: Error) => error.message,
  )

/** Tokens of the person for any client, scope and API. */
async function tokensFor({ preset: client, redirectUrl }: Identity, scope: string, audience = resource) {
  const config = await oidc.discovery(new URL(ours.issuer), client?.client_id ?? '', undefined, oidc.None(), {
    execute: [oidc.allowInsecureRequests],
  })
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUrl,
    scope,
    resource: audience,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  return oidc.authorizationCodeGrant(config, await ours.allow(url), { pkceCodeVerifier }, { resource: audience })
}

describe('the server of the guide', () => {
  const ask = (token?: string, body: unknown = { jsonrpc: '2.0', id: 1, method: 'tools/list' }) =>
    fetch(resource, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    })

  test('names the issuer and its scopes, and a 401 leads there (RFC 9728)', async () => {
    const refused = await ask()
    const url = `${new URL(resource).origin}/.well-known/oauth-protected-resource/mcp`
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe(`Bearer scope="notes:read", resource_metadata="${url}"`)
    expect(await (await fetch(url)).json()).toEqual({
      resource,
      authorization_servers: [ours.issuer],
      scopes_supported: ['notes:read'],
    })
  })

  test('refuses a token for another API, an ID token, and a token of ours for our own API', async () => {
    const other = await tokensFor(await preset('none'), 'openid notes:read', API)
    for (const token of [other.access_token, other.id_token, ours.admin]) expect((await ask(token)).status).toBe(401)
    expect((await ask('nothing')).headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  test('a batch cannot hide a call that needs more', async () => {
    const { access_token } = await tokensFor(await preset('none'), 'notes:read')
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'add_note', arguments: { text: 'x' } } }
    for (const body of [call, [{ jsonrpc: '2.0', id: 1, method: 'tools/list' }, call]]) {
      const refused = await ask(access_token, body)
      expect(refused.status).toBe(403)
      expect(refused.headers.get('www-authenticate')).toStartWith(
        'Bearer error="insufficient_scope", scope="notes:read notes:write"',
      )
    }
  })

  test('that asks us learns at once that a token was revoked (RFC 7662)', async () => {
    const { id, secret } = await ours.client({
      auth: 'client_secret_basic',
      grantTypes: ['client_credentials'],
      redirectUris: [],
      audiences: [resource],
    })
    const client = await preset('none')
    const { access_token } = await tokensFor(client, 'notes:read')
    const introspected = () => introspectToken(access_token, ours.issuer, resource, { id, secret })
    expect(await introspected()).toMatchObject({ active: true, aud: resource, scope: 'notes:read' })
    expect(await introspectToken(access_token, ours.issuer, `${resource}/other`, { id, secret })).toBeUndefined()
    await fetch(`${ours.issuer}/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: access_token, client_id: client.preset?.client_id ?? '' }),
    })
    expect(await introspected()).toBeUndefined()
  })
})
