/** The server of docs/mcp.md, which is `examples/mcp-server.ts`, with the real clients of both MCP packages. */
import { IssuerMismatchError } from '@modelcontextprotocol/client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { introspectToken } from '../../examples/introspect-token.ts'
import { mcpServer } from '../../examples/mcp-server.ts'
import { freePort } from '../support/ports.ts'
import { credentials, type Identity, type McpClient, packages } from './support/mcp-client.ts'
import { type OurProvider, startOurs } from './support/provider.ts'

setDefaultTimeout(300_000)

const METADATA_URL = 'https://desk.example.com/oauth/client.json'
/** Each client listens on a port of its own: no port is registered. */
const REDIRECT_URL = 'http://127.0.0.1:53682/callback'

let ours: OurProvider
let server: Bun.Server<undefined>
let resource: string

beforeAll(async () => {
  ours = await startOurs({ OAUTH_REGISTRATION: 'open' })
  const port = await freePort()
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

const identities: Record<string, () => Promise<Identity>> = {
  'a metadata document': async () => ({ metadataUrl: METADATA_URL, redirectUrl: REDIRECT_URL }),
  'dynamic registration': async () => ({ redirectUrl: REDIRECT_URL }),
  'a client that an administrator made': async () => {
    const { id } = await ours.client({
      auth: 'none',
      grantTypes: ['authorization_code', 'refresh_token'],
      redirectUris: ['http://127.0.0.1/callback'],
    })
    return { preset: { client_id: id }, redirectUrl: REDIRECT_URL }
  },
  'a client with a secret': async () => {
    const { id, secret } = await ours.client({
      auth: 'client_secret_basic',
      grantTypes: ['authorization_code', 'refresh_token'],
      redirectUris: ['http://127.0.0.1/callback'],
    })
    return { preset: { client_id: id, client_secret: secret }, redirectUrl: REDIRECT_URL }
  },
}

const opened: McpClient[] = []
afterEach(async () => {
  for (const client of opened.splice(0)) await client.close().catch(() => {})
})

describe.each(Object.entries(packages))('%s', (name, open) => {
  const isCurrent = name === '@modelcontextprotocol/client'

  /** A client that the person has let in, or that throws what it threw. */
  async function connected(identity: Identity) {
    const provider = credentials(identity)
    const client = open(resource, provider)
    opened.push(client)
    const refused = await client.connect().then(
      () => 'nothing',
      (error: Error) => error.message,
    )
    expect(refused).toBe('Unauthorized')
    await client.finish(await ours.allow(provider.page()))
    await client.connect()
    return { client, provider }
  }

  test.each(Object.entries(identities))('by %s: finds us, asks the person, and calls a tool', async (_, identity) => {
    const { client, provider } = await connected(await identity())
    expect(await client.tools()).toEqual(['list_notes', 'add_note'])
    expect(await client.call('list_notes')).toBeString()
    const { tokens } = provider.stored
    expect(tokens?.token_type.toLowerCase()).toBe('bearer')
    const claims = decodeJwt(tokens?.access_token ?? '')
    expect(claims).toMatchObject({ iss: ours.issuer, aud: resource, client_id: provider.stored.client?.client_id })
    expect(String(claims.scope).split(' ')).toContain('notes:read')
    expect(provider.page().searchParams.get('resource')).toBe(resource)
  })

  test('the document is asked for once, and its URL is the id of the client', async () => {
    const { provider } = await connected({ metadataUrl: METADATA_URL, redirectUrl: REDIRECT_URL })
    expect(provider.stored.client?.client_id).toBe(METADATA_URL)
    expect(ours.t.asked.filter((url) => url === METADATA_URL).length).toBeLessThanOrEqual(1)
  })

  test('refreshes by itself when its token has expired', async () => {
    const preset = await identities['a client that an administrator made']?.()
    const { client, provider } = await connected(preset as Identity)
    if (!isCurrent) provider.stored.tokens ??= undefined
    const first = provider.stored.tokens
    expect(first?.refresh_token).toBeString()
    // As the resource server sees an expired token: it is refused.
    provider.stored.tokens = { ...first, access_token: 'expired', token_type: 'Bearer' }
    expect(await client.call('list_notes')).toBeString()
    expect(provider.visited).toHaveLength(1)
    expect(provider.stored.tokens?.access_token).not.toBe(first?.access_token)
    expect(provider.stored.tokens?.refresh_token).not.toBe(first?.refresh_token)
    expect(decodeJwt(provider.stored.tokens?.access_token ?? '').aud).toBe(resource)
  })

  test('asks the person again for a scope that a tool needs, and then calls it (step-up)', async () => {
    const { client, provider } = await connected({ metadataUrl: METADATA_URL, redirectUrl: REDIRECT_URL })
    provider.stored.tokens = undefined // as of a client that has read alone
    const narrow = await signInFor(provider, 'notes:read')
    provider.stored.tokens = narrow
    await client.call('add_note', { text: 'Buy milk' }).then(
      () => expect.unreachable(),
      (error: Error) => expect(error.message).toBe('Unauthorized'),
    )
    const asked = provider.page().searchParams.get('scope')?.split(' ') ?? []
    expect(asked).toContain('notes:write')
    expect(provider.page().searchParams.get('resource')).toBe(resource)
    await client.finish(await ours.allow(provider.page()))
    expect(await client.call('add_note', { text: 'Buy milk' })).toContain('notes')
    expect(decodeJwt(provider.stored.tokens?.access_token ?? '').scope).toContain('notes:write')
  })

  /** Tokens with these scopes alone. */
  async function signInFor(provider: ReturnType<typeof credentials>, scope: string) {
    return { ...(await tokensFor(provider, scope)) }
  }

  if (isCurrent)
    test.each([
      ['of another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example.com')],
      ['that differs by a slash', (url: URL) => url.searchParams.set('iss', `${ours.issuer}/`)],
      ['that is missing', (url: URL) => url.searchParams.delete('iss')],
    ])('refuses a response with an iss %s (RFC 9207)', async (_, change) => {
      const provider = credentials({ metadataUrl: METADATA_URL, redirectUrl: REDIRECT_URL })
      const client = open(resource, provider)
      await client.connect().catch(() => {})
      const back = await ours.allow(provider.page())
      change(back)
      await client.finish(back).then(
        () => expect.unreachable(),
        (error: Error) => expect(error).toBeInstanceOf(IssuerMismatchError),
      )
      expect(provider.stored.tokens).toBeUndefined()
    })
})

/** From the authorization server alone, for another resource or other scopes than the client would ask for. */
async function tokensFor(
  { stored }: Pick<ReturnType<typeof credentials>, 'stored'>,
  scope: string,
  audience = resource,
): Promise<{ access_token: string; token_type: string; refresh_token?: string; scope?: string }> {
  const oidc = await import('openid-client')
  const config = await oidc.discovery(new URL(ours.issuer), stored.client?.client_id ?? '', undefined, oidc.None(), {
    execute: [oidc.allowInsecureRequests],
  })
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URL,
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

  const asMetadata = { stored: { client: { client_id: METADATA_URL }, verifier: '' } }

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
    const other = await tokensFor(asMetadata, 'notes:read', 'https://notes.example.com/api')
    expect((await ask(other.access_token)).status).toBe(401)
    const own = (await ask(ours.admin)).status
    expect(own).toBe(401)
    expect((await ask('nothing')).headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  test('a batch cannot hide a call that needs more', async () => {
    const { access_token } = await tokensFor(asMetadata, 'notes:read')
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'add_note', arguments: { text: 'x' } } }
    for (const body of [call, [{ jsonrpc: '2.0', id: 1, method: 'tools/list' }, call]]) {
      const refused = await ask(access_token, body)
      expect(refused.status).toBe(403)
      expect(refused.headers.get('www-authenticate')).toStartWith(
        'Bearer error="insufficient_scope", scope="notes:write"',
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
    const { access_token } = await tokensFor(asMetadata, 'notes:read')
    const introspected = () => introspectToken(access_token, ours.issuer, resource, { id, secret })
    expect(await introspected()).toMatchObject({ active: true, aud: resource, scope: 'notes:read' })
    expect(await introspectToken(access_token, ours.issuer, `${resource}/other`, { id, secret })).toBeUndefined()
    await fetch(`${ours.issuer}/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: access_token, client_id: METADATA_URL }),
    })
    expect(await introspected()).toBeUndefined()
  })
})
