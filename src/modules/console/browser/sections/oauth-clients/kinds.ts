/** The kinds of apps, and the client that fits each. */
export interface ClientKind {
  name: 'web' | 'single-page' | 'native' | 'machine' | 'agent' | 'device'
  title: string
  /** For whom it is, in one sentence. */
  about: string
  /** An example of a redirect URI; absent: it has none. */
  redirectUri?: string
  /** Whether people sign in with it, so it asks for scopes of OpenID Connect. */
  people: boolean
  terms: Terms
}

const CODE = ['authorization_code', 'refresh_token'] as const

export const clientKinds: readonly ClientKind[] = [
  {
    name: 'web',
    title: 'Web app',
    about: 'An app with a server of its own, which keeps a secret.',
    redirectUri: 'https://app.example.com/callback',
    people: true,
    terms: { grantTypes: [...CODE], tokenEndpointAuthMethod: 'client_secret_basic' },
  },
  {
    name: 'single-page',
    title: 'Single-page app',
    about: 'An app that runs in the browser alone. It has no secret, and proves itself with PKCE.',
    redirectUri: 'https://app.example.com/callback',
    people: true,
    terms: { grantTypes: [...CODE], tokenEndpointAuthMethod: 'none' },
  },
  {
    name: 'native',
    title: 'Native app or command line',
    about: 'An app on a phone, a desktop or in a terminal. On 127.0.0.1 every port matches.',
    redirectUri: 'http://127.0.0.1/callback',
    people: true,
    terms: { grantTypes: [...CODE], tokenEndpointAuthMethod: 'none' },
  },
  {
    name: 'machine',
    title: 'Machine to machine',
    about: 'A program that gets tokens of its own. No person takes part.',
    people: false,
    terms: { grantTypes: ['client_credentials'], tokenEndpointAuthMethod: 'client_secret_basic' },
  },
  {
    name: 'agent',
    title: 'Agent or MCP client',
    about: 'A program that acts for a person at an MCP server. It asks for the scopes of that server.',
    redirectUri: 'http://127.0.0.1/callback',
    people: true,
    terms: { grantTypes: [...CODE], tokenEndpointAuthMethod: 'none' },
  },
  {
    name: 'device',
    title: 'Device without a browser',
    about: 'A television or a machine. The person enters a code on another device.',
    people: true,
    terms: {
      grantTypes: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      tokenEndpointAuthMethod: 'none',
    },
  },
]

/** The words that people know for the grant types. */
export const grantTitles: Record<string, string> = {
  authorization_code: 'Authorization code',
  refresh_token: 'Refresh token',
  client_credentials: 'Client credentials',
  'urn:ietf:params:oauth:grant-type:device_code': 'Device code',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'Token exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'JWT bearer',
}

interface Terms {
  grantTypes: readonly string[]
  tokenEndpointAuthMethod: string
}

/** What a client is, by its terms. An agent has those of a native app, so a list does not tell them apart. */
export function kindTitle({ grantTypes, tokenEndpointAuthMethod }: Terms): string {
  const kind = clientKinds.find(
    ({ terms }) =>
      terms.tokenEndpointAuthMethod === tokenEndpointAuthMethod &&
      terms.grantTypes.toSorted().join() === grantTypes.toSorted().join(),
  )
  if (kind === undefined) return grantTypes.map((name) => grantTitles[name] ?? name).join(', ')
  // Both public kinds with a browser have the same terms too.
  return kind.name === 'single-page' ? 'Single-page or native app' : kind.title
}
