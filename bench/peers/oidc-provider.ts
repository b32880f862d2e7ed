/**
 * oidc-provider on node:http. Argument: a new folder for its database, with the durability of ours; without it its store is the
 * one of its own, in memory. Prints its origin; `GET /bench` describes its clients. Its person is signed in and has allowed
 * everything.
 */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type Adapter, type AdapterPayload, errors } from 'oidc-provider'

const API = 'https://api.example.com'
const REDIRECT_URI = 'https://client.example.com/callback'
const SECRET = 'a secret of the benchmark that is long enough'
const SCOPE = 'openid offline_access'

const server = createServer()
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = server.address()
const origin = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''

const keys = await Promise.all(
  ['RS256', 'Ed25519'].map(async (alg) => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true })
    return { ...(await exportJWK(privateKey)), alg: alg === 'Ed25519' ? 'EdDSA' : alg, use: 'sig', kid: alg }
  }),
)
const client = (client_id: string, id_token_signed_response_alg: 'RS256' | 'EdDSA') => ({
  client_id,
  client_secret: SECRET,
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  token_endpoint_auth_method: 'client_secret_post' as const,
  id_token_signed_response_alg,
})
const last = process.argv.at(-1) ?? ''
const folder = /\.m?[jt]s$/.test(last) ? undefined : last
const provider = new Provider(origin, {
  ...(folder === undefined ? {} : { adapter: await durable(join(folder, 'oidc-provider.db')) }),
  clients: [client('bench', 'EdDSA'), client('bench-rs256', 'RS256')],
  jwks: { keys },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'EdDSA'] },
  pkce: { required: () => true },
  cookies: { keys: ['a key of the benchmark'] },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 300,
    AuthorizationCode: 60,
    ClientCredentials: 300,
    IdToken: 300,
    RefreshToken: 86_400,
    Grant: 86_400,
    Interaction: 600,
    Session: 86_400,
  },
  issueRefreshToken: () => true,
  expiresWithSession: () => false, // as with `offline_access`, for which it asks for consent each time
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => [],
      useGrantedResource: () => true,
      getResourceServerInfo(_, resource) {
        if (resource !== API) throw new errors.InvalidTarget()
        return { scope: 'read', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'EdDSA' } } }
      },
    },
  },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  async loadExistingGrant({ oidc }) {
    const grantId = oidc.session?.grantIdFor(oidc.client?.clientId ?? '')
    if (grantId !== undefined) return oidc.provider.Grant.find(grantId)
    const grant = new oidc.provider.Grant({
      clientId: oidc.client?.clientId ?? '',
      accountId: oidc.session?.accountId ?? '',
    })
    grant.addOIDCScope(SCOPE)
    grant.addResourceScope(API, 'read')
    await grant.save()
    return grant
  },
})
const answer = provider.callback()
server.on('request', async (request, response) => {
  if (request.url === '/bench') {
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        authorize: '/auth',
        token: '/token',
        introspect: '/token/introspection',
        clientId: 'bench',
        clientIdRs256: 'bench-rs256',
        clientSecret: SECRET,
        redirectUri: REDIRECT_URI,
        resource: API,
      }),
    )
  } else if (request.url?.startsWith('/interaction/')) {
    await provider.interactionFinished(request, response, { login: { accountId: 'ada' }, consent: {} })
  } else answer(request, response)
})
console.log(origin)

/** An adapter as its documentation describes it: one row for each artifact, found by its id, and by what else names it. */
async function durable(file: string): Promise<(model: string) => Adapter> {
  const { Database } = await import('bun:sqlite') // Node has none
  const database = new Database(file)
  database.run('PRAGMA journal_mode = WAL')
  database.run('PRAGMA synchronous = FULL')
  database.run(
    'CREATE TABLE artifacts (model TEXT, id TEXT, payload TEXT, grant_id TEXT, user_code TEXT, uid TEXT, consumed INTEGER, PRIMARY KEY (model, id)) WITHOUT ROWID',
  )
  for (const column of ['grant_id', 'user_code', 'uid'])
    database.run(`CREATE INDEX by_${column} ON artifacts (${column}) WHERE ${column} IS NOT NULL`)
  const by = (column: string) =>
    database.query<{ payload: string; consumed: number | null }, string[]>(
      `SELECT payload, consumed FROM artifacts WHERE model = ? AND ${column} = ?`,
    )
  const [byId, byUserCode, byUid] = [by('id'), by('user_code'), by('uid')]
  const put = database.query(
    'INSERT OR REPLACE INTO artifacts (model, id, payload, grant_id, user_code, uid) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const consume = database.query('UPDATE artifacts SET consumed = unixepoch() WHERE model = ? AND id = ?')
  const destroy = database.query('DELETE FROM artifacts WHERE model = ? AND id = ?')
  const revoke = database.query('DELETE FROM artifacts WHERE model = ? AND grant_id = ?')
  const read = (row: { payload: string; consumed: number | null } | null): AdapterPayload | undefined =>
    row === null
      ? undefined
      : { ...(JSON.parse(row.payload) as AdapterPayload), ...(row.consumed === null ? {} : { consumed: row.consumed }) }
  return (model) => ({
    find: async (id) => read(byId.get(model, id)),
    findByUserCode: async (userCode) => read(byUserCode.get(model, userCode)),
    findByUid: async (uid) => read(byUid.get(model, uid)),
    upsert: async (id, payload) =>
      void put.run(
        model,
        id,
        JSON.stringify(payload),
        payload.grantId ?? null,
        payload.userCode ?? null,
        payload.uid ?? null,
      ),
    consume: async (id) => void consume.run(model, id),
    destroy: async (id) => void destroy.run(model, id),
    revokeByGrantId: async (grantId) => void revoke.run(model, grantId),
  })
}
