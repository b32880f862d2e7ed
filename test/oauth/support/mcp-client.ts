/** MCP clients of both packages, with the credentials that a desktop application keeps for one server. */
import * as current from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

/** What a client has stored. Both packages read and write it. */
interface Stored {
  client?: current.StoredOAuthClientInformation | undefined
  tokens?: current.StoredOAuthTokens | undefined
  discovery?: current.OAuthDiscoveryState | undefined
  verifier: string
}

export interface Credentials extends current.OAuthClientProvider {
  stored: Stored
  /** The pages that the person was sent to. */
  visited: URL[]
  /** The newest one. */
  page(): URL
}

export interface Identity {
  /** The URL of its metadata document. */
  metadataUrl?: string
  /** A client that an administrator made. */
  preset?: { client_id: string; client_secret?: string; issuer: string }
  redirectUrl: string
  name?: string
}

export function credentials({ metadataUrl, preset, redirectUrl, name = 'Desk' }: Identity): Credentials {
  const stored: Stored = { client: preset, verifier: '' }
  const visited: URL[] = []
  return {
    stored,
    visited,
    page() {
      const url = visited.at(-1)
      if (url === undefined) throw new Error('nobody was sent to a page')
      return url
    },
    redirectUrl,
    ...(metadataUrl === undefined ? {} : { clientMetadataUrl: metadataUrl }),
    clientMetadata: {
      client_name: name,
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => stored.client,
    saveClientInformation(client) {
      stored.client = client
    },
    tokens: () => stored.tokens,
    saveTokens(tokens) {
      stored.tokens = tokens
    },
    saveCodeVerifier(verifier) {
      stored.verifier = verifier
    },
    codeVerifier: () => stored.verifier,
    redirectToAuthorization: (url) => void visited.push(url),
    saveDiscoveryState(state) {
      stored.discovery = state
    },
    discoveryState: () => stored.discovery,
    invalidateCredentials(scope) {
      if (scope === 'all' || scope === 'client') stored.client = undefined
      if (scope === 'all' || scope === 'tokens') stored.tokens = undefined
    },
  }
}

/** A connection to a server, or to where the client needs a person. */
export interface McpClient {
  connect(): Promise<void>
  /** The URL at which the browser came back. */
  finish(callback: URL): Promise<void>
  call(tool: string, parameters?: Record<string, unknown>): Promise<string>
  tools(): Promise<string[]>
  close(): Promise<void>
}

const ABOUT = { name: 'desk', version: '1.0.0' }
const textOf = (answer: object) =>
  ((answer as { content?: unknown }).content as { text?: string }[] | undefined)?.map(({ text }) => text).join('\n') ??
  ''

export const packages = {
  '@modelcontextprotocol/client': (server: string, authProvider: Credentials): McpClient => {
    let client = new current.Client(ABOUT)
    const open = () => new current.StreamableHTTPClientTransport(new URL(server), { authProvider })
    let transport = open()
    return {
      async connect() {
        client = new current.Client(ABOUT)
        transport = open()
        await client.connect(transport)
      },
      finish: (callback) => transport.finishAuth(callback.searchParams),
      call: async (name, parameters = {}) => textOf(await client.callTool({ name, arguments: parameters })),
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      close: () => client.close(),
    }
  },
  '@modelcontextprotocol/sdk': (server: string, authProvider: Credentials): McpClient => {
    let client = new Client(ABOUT)
    // Its types are those of the other package, but for fields that neither side uses here.
    const open = () => new StreamableHTTPClientTransport(new URL(server), { authProvider: authProvider as never })
    let transport = open()
    return {
      async connect() {
        client = new Client(ABOUT)
        transport = open()
        await client.connect(transport as never)
      },
      finish: (callback) => transport.finishAuth(callback.searchParams.get('code') ?? ''),
      call: async (name, parameters = {}) => textOf(await client.callTool({ name, arguments: parameters })),
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      close: () => client.close(),
    }
  },
}
