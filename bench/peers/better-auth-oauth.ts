/**
 * The OAuth provider of better-auth, with its plugins as documented. Arguments: a new folder for its database, and what
 * `PRAGMA synchronous` says: FULL is the durability of our database. Prints its origin; `GET /bench` describes its clients.
 */
import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { jwt } from 'better-auth/plugins'

const API = 'https://api.example.com'
const CLIENT_ID = 'bench'
const REDIRECT_URI = 'https://client.example.com/callback'
const database = new Database(join(Bun.argv.at(-2) ?? '', 'better-auth.db'))
database.run('PRAGMA journal_mode = WAL')
database.run(`PRAGMA synchronous = ${Bun.argv.at(-1)}`)

const options = {
  database,
  baseURL: 'http://127.0.0.1',
  secret: 'the secret of a benchmark, longer than 32 bytes',
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: '/login',
      consentPage: '/consent',
      scopes: ['openid', 'profile', 'email', 'offline_access', 'read'],
      resources: [{ identifier: API, allowedScopes: ['openid', 'offline_access', 'read'] }],
      clientPrivileges: () => true,
      generateClientId: () => CLIENT_ID,
      cachedTrustedClients: new Set([CLIENT_ID]), // its client is read once, as ours is
      accessTokenExpiresIn: 300,
      rateLimit: false,
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    } as never),
  ],
}
const { runMigrations } = await getMigrations(options)
await runMigrations()
const auth = betterAuth(options)

const signedUp = await auth.api.signUpEmail({
  body: { email: 'ada@example.com', password: 'correct horse battery staple', name: 'Ada' },
  asResponse: true,
})
const cookie = signedUp.headers
  .getSetCookie()
  .map((line) => line.split(';')[0])
  .join('; ')
const headers = new Headers({ cookie })
const api = auth.api as unknown as Record<
  string,
  (input: unknown) => Promise<{ client_id: string; client_secret: string }>
>
const client = await api.adminCreateOAuthClient?.({
  headers,
  body: {
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_method: 'client_secret_post',
    scope: 'openid offline_access read',
    client_credentials_scopes: ['read'],
    skip_consent: true,
  },
})
await api.adminLinkClientResource?.({
  headers,
  params: { identifier: encodeURIComponent(API), client_id: CLIENT_ID },
  body: {},
})

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request) {
    if (!request.url.endsWith('/bench')) return auth.handler(request)
    return Response.json({
      authorize: '/api/auth/oauth2/authorize',
      token: '/api/auth/oauth2/token',
      introspect: '/api/auth/oauth2/introspect',
      clientId: client?.client_id,
      clientSecret: client?.client_secret,
      redirectUri: REDIRECT_URI,
      resource: API,
      cookie,
    })
  },
})
console.log(`http://127.0.0.1:${server.port}`)
