/**
 * The CPU of a client-credentials token, a code, a refresh and an introspection, beside oidc-provider on node:http, with its store
 * in memory and with one of the durability of our database, and beside the OAuth provider of better-auth with the same durability. All
 * give JWT access tokens signed with EdDSA, rotate refresh tokens, and serve a client that authenticates by a secret in the body. They
 * run on this Bun, and oidc-provider once more on Node.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bearer, CREDENTIALS, expectStatus, postJson } from './account.ts'
import { BenchError } from './bench-error.ts'
import {
  cpuOfEach,
  type MeasuredServer,
  runToEnd,
  startMeasured,
  startMeasuredThreeger,
  startProgram,
  temporaryFolder,
  threegerEnvironment,
} from './children.ts'
import { drive } from './load.ts'
import type { Comparison, Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const CONNECTIONS = 16
/** Of one batch. The store of oidc-provider keeps 1,000 entries. */
const CODES = 160
/** The refresh tokens that are used in turns, as many as connections, so that none is used twice. */
const FAMILIES = CONNECTIONS
const API = 'https://api.example.com'
const REDIRECT_URI = 'https://client.example.com/callback'
/** RFC 7636 Appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

/** What `GET /bench` of a peer answers. Paths are those of its endpoints. */
interface Peer {
  authorize: string
  token: string
  introspect: string
  clientId: string
  clientSecret: string
  /** Its ID tokens are signed with RS256. Those of the other one are signed with EdDSA. */
  clientIdRs256?: string
  /** Of the person who has signed in. Absent: the peer signs in by itself. */
  cookie?: string
}

interface Tokens {
  access_token: string
  refresh_token?: string
  id_token?: string
}

export async function measureOAuth(options: ScenarioOptions): Promise<Report> {
  if (!existsSync(join(import.meta.dir, 'peers/node_modules/@better-auth/oauth-provider')))
    throw new BenchError('better-auth is not installed', 'bun install --cwd bench/peers')
  const ours = createContender(...(await startOurs()))
  const oidcProvider = createContender(...(await startPeer('bench/peers/oidc-provider.ts')))
  const onNode = NODE === null ? undefined : createContender(...(await startPeerOnNode(NODE)))
  const durable = createContender(...(await startPeer('bench/peers/oidc-provider.ts', temporaryFolder())))
  const betterAuth = createContender(
    ...(await startPeer('bench/peers/better-auth-oauth.ts', temporaryFolder(), 'FULL')),
  )
  for (const contender of [ours, oidcProvider, onNode, durable, betterAuth]) await contender?.warmUp()

  const { seconds } = options
  const results = await interleave(options, {
    oursMachine: () => ours.machine(seconds),
    oidcMachine: () => oidcProvider.machine(seconds),
    nodeMachine: async () => onNode?.machine(seconds) ?? Number.NaN,
    betterMachine: () => betterAuth.machine(seconds),
    oursCode: () => ours.codes(seconds),
    oidcCode: () => oidcProvider.codes(seconds),
    nodeCode: async () => onNode?.codes(seconds) ?? Number.NaN,
    durableCode: () => durable.codes(seconds),
    betterCode: () => betterAuth.codes(seconds),
    oursRs256: () => ours.codes(seconds, 'RS256'),
    oidcRs256: () => oidcProvider.codes(seconds, 'RS256'),
    oursRefresh: () => ours.refreshes(seconds),
    oidcRefresh: () => oidcProvider.refreshes(seconds),
    nodeRefresh: async () => onNode?.refreshes(seconds) ?? Number.NaN,
    durableRefresh: () => durable.refreshes(seconds),
    betterRefresh: () => betterAuth.refreshes(seconds),
    oursIntrospect: () => ours.introspections(seconds),
    oidcIntrospect: () => oidcProvider.introspections(seconds),
    betterIntrospect: () => betterAuth.introspections(seconds),
  })
  const compare = (
    name: string,
    values: readonly number[],
    reference: string,
    others: readonly number[],
    goal?: number,
  ) =>
    ({
      name: `CPU of ${name}`,
      unit: 'µs',
      ours: { name: 'Threeger ID', values },
      reference: { name: reference, values: others },
      ...(goal === undefined ? {} : { goal }),
    }) satisfies Comparison
  const besideNode = (name: string, values: readonly number[], others: readonly number[]) =>
    onNode === undefined ? [] : [compare(name, values, 'oidc-provider on Node, in memory', others)]
  return {
    scenario: 'oauth',
    comparisons: [
      compare('client credentials', results.oursMachine, 'oidc-provider, in memory', results.oidcMachine, 4),
      ...besideNode('client credentials', results.oursMachine, results.nodeMachine),
      compare('client credentials', results.oursMachine, 'better-auth', results.betterMachine),
      compare('a code, ID token EdDSA', results.oursCode, 'oidc-provider, in memory', results.oidcCode, 3),
      ...besideNode('a code, ID token EdDSA', results.oursCode, results.nodeCode),
      compare('a code, ID token EdDSA', results.oursCode, 'oidc-provider, same durability', results.durableCode),
      compare('a code, ID token EdDSA', results.oursCode, 'better-auth', results.betterCode),
      compare('a code, ID token RS256', results.oursRs256, 'oidc-provider, in memory', results.oidcRs256),
      compare('a refresh', results.oursRefresh, 'oidc-provider, in memory', results.oidcRefresh, 3),
      ...besideNode('a refresh', results.oursRefresh, results.nodeRefresh),
      compare('a refresh', results.oursRefresh, 'oidc-provider, same durability', results.durableRefresh),
      compare('a refresh', results.oursRefresh, 'better-auth', results.betterRefresh),
      compare(
        'an introspection',
        results.oursIntrospect,
        'oidc-provider, in memory, opaque token',
        results.oidcIntrospect,
      ),
      compare('an introspection', results.oursIntrospect, 'better-auth', results.betterIntrospect),
    ],
    figures: [],
    checks: [
      'every code gave an access token, an ID token and a refresh token, and every refresh gave other ones',
      'every introspected token was active',
    ],
  }
}

/** Our server with a client for each algorithm, and the cookie of a signed-in person. */
async function startOurs(): Promise<[MeasuredServer, Peer]> {
  const databaseUrl = `file:${join(temporaryFolder(), 'bench.db')}`
  const server = await startMeasuredThreeger(databaseUrl)
  const command = [process.execPath, 'src/entries/cli.ts', 'setup-token']
  const printed = await runToEnd(command, threegerEnvironment(databaseUrl))
  const token = printed.match(/\S{40,}/)?.[0]
  const { accessToken } = (await (
    await expectStatus(201, `${server.origin}/v1/setup`, postJson({ token, ...CREDENTIALS, name: 'Ada Lovelace' }))
  ).json()) as { accessToken: string }

  const send = async <Answer>(path: string, body: unknown): Promise<Answer> => {
    const { headers, ...request } = postJson(body)
    const answer = await expectStatus(201, server.origin + path, {
      ...request,
      headers: { ...headers, ...bearer(accessToken) },
    })
    return (await answer.json()) as Answer // the server of this checkout answers with its own schema
  }
  await send('/v1/resources', { audience: API, name: 'API', scopes: [{ name: 'read', description: 'Read' }] })
  const client = (idTokenSignedResponseAlg: string) =>
    send<{ clientId: string; clientSecret: string }>('/v1/oauth-clients', {
      name: idTokenSignedResponseAlg,
      redirectUris: [REDIRECT_URI],
      grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
      tokenEndpointAuthMethod: 'client_secret_post',
      idTokenSignedResponseAlg,
      firstParty: true, // its people are not asked for consent
    })
  const { clientId, clientSecret } = await client('EdDSA')
  const rs256 = await client('RS256')
  const signIn = postJson({ ...CREDENTIALS, useCookie: true })
  const signedIn = await expectStatus(200, `${server.origin}/v1/auth/sign-in`, {
    ...signIn,
    headers: { ...signIn.headers, origin: 'https://id.example.com' },
  })
  secrets.set(rs256.clientId, rs256.clientSecret)
  return [
    server,
    {
      authorize: '/oauth/authorize',
      token: '/oauth/token',
      introspect: '/oauth/introspect',
      clientId,
      clientSecret,
      clientIdRs256: rs256.clientId,
      cookie: signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '',
    },
  ]
}

/** Of clients whose secret is another one than that of the first client. */
const secrets = new Map<string, string>()

async function startPeer(script: string, ...args: string[]): Promise<[MeasuredServer, Peer]> {
  const server = await startMeasured([script, ...args])
  return [server, (await (await expectStatus(200, `${server.origin}/bench`)).json()) as Peer] // the peers of this folder
}

/** oidc-provider supports Node alone. Absent where there is none. */
const NODE = Bun.which('node')

async function startPeerOnNode(node: string): Promise<[MeasuredServer, Peer]> {
  const { outputs } = await Bun.build({
    entrypoints: [join(import.meta.dir, 'peers/oidc-provider.ts')],
    target: 'node',
    external: ['bun:sqlite'],
    outdir: temporaryFolder(),
    naming: '[name].mjs',
  })
  const server = await startProgram([node, outputs[0]?.path ?? ''])
  // The system counts in hundredths of a second, which is enough for the turns here.
  const cpu = async () => ({ all: (server.cpuUs() ?? Number.NaN) / 1000, main: Number.NaN })
  return [{ ...server, cpu }, (await (await expectStatus(200, `${server.origin}/bench`)).json()) as Peer]
}

/** A provider, and the CPU in µs that each piece of its work costs. */
function createContender(server: MeasuredServer, peer: Peer) {
  const jar = new Map(
    peer.cookie?.split('; ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
  const tokenUrl = server.origin + peer.token
  let families: string[] = []
  let introspected = ''

  const clientOf = (alg: 'EdDSA' | 'RS256') => {
    const client_id = alg === 'EdDSA' ? peer.clientId : (peer.clientIdRs256 ?? peer.clientId)
    return { client_id, client_secret: secrets.get(client_id) ?? peer.clientSecret }
  }
  const form = (parameters: Record<string, string>, alg: 'EdDSA' | 'RS256' = 'EdDSA') => ({
    method: 'POST' as const,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...clientOf(alg), ...parameters }).toString(),
  })
  const tokens = async (parameters: Record<string, string>, alg?: 'EdDSA' | 'RS256'): Promise<Tokens> =>
    (await (await expectStatus(200, tokenUrl, form(parameters, alg))).json()) as Tokens // RFC 6749 §5.1

  /** A code of a person who has signed in and is asked nothing. */
  async function code(alg: 'EdDSA' | 'RS256', resource: string | undefined = API): Promise<string> {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientOf(alg).client_id,
      redirect_uri: REDIRECT_URI,
      scope: !resource ? 'openid offline_access' : 'openid offline_access read',
      state: 'state',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      ...(resource ? { resource } : {}),
    })
    let url = `${server.origin}${peer.authorize}?${query}`
    for (let redirects = 0; redirects < 6; redirects++) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await fetch(url, { headers: { cookie }, redirect: 'manual' })
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
        if (value === '') jar.delete(name)
        else jar.set(name, value)
      }
      const location = answer.headers.get('location')
      if (location === null) throw new BenchError(`${url} answered ${answer.status}`, await answer.text())
      url = new URL(location, url).href
      const found = new URL(url).searchParams.get('code')
      if (url.startsWith(REDIRECT_URI)) {
        if (found === null) throw new BenchError('no code', url)
        return found
      }
    }
    throw new BenchError('too many redirects', url)
  }

  const exchange = async (
    given: string,
    alg: 'EdDSA' | 'RS256',
    resource: string | undefined = API,
  ): Promise<Tokens> => {
    const answer = await tokens(
      {
        grant_type: 'authorization_code',
        code: given,
        code_verifier: VERIFIER,
        redirect_uri: REDIRECT_URI,
        ...(resource ? { resource } : {}),
      },
      alg,
    )
    if (answer.id_token === undefined || answer.refresh_token === undefined)
      throw new BenchError('a code gave no ID token or no refresh token', JSON.stringify(answer))
    return answer
  }

  async function refresh(family: number): Promise<void> {
    const before = families[family] ?? ''
    const answer = await tokens({ grant_type: 'refresh_token', refresh_token: before, resource: API })
    if (answer.refresh_token === undefined || answer.refresh_token === before)
      throw new BenchError('a refresh did not rotate', JSON.stringify(answer))
    families[family] = answer.refresh_token
  }

  const machineForm = form({ grant_type: 'client_credentials', scope: 'read', resource: API })
  const driven = async (url: string, request: ReturnType<typeof form>, seconds: number) => {
    const { cpuMs } = await cpuOfEach(server, () => drive({ url, ...request, connections: CONNECTIONS, seconds }))
    return cpuMs * 1000
  }
  const introspection = () => form({ token: introspected })

  return {
    /** Also obtains the tokens that the turns use. */
    async warmUp(): Promise<void> {
      // oidc-provider introspects no JWT.
      const opaque = peer.introspect.startsWith('/token/')
      const token = opaque
        ? await exchange(await code('EdDSA', ''), 'EdDSA', '')
        : await exchange(await code('EdDSA'), 'EdDSA')
      introspected = token.access_token
      const answer = await expectStatus(200, server.origin + peer.introspect, introspection())
      const { active } = (await answer.json()) as { active: boolean }
      if (!active) throw new BenchError('the token to introspect is not active')
      await this.machine(1)
      await this.codes(1)
      await this.refreshes(1)
    },
    machine: (seconds: number) => driven(tokenUrl, machineForm, seconds),
    introspections: (seconds: number) => driven(server.origin + peer.introspect, introspection(), seconds),
    async codes(seconds: number, alg: 'EdDSA' | 'RS256' = 'EdDSA'): Promise<number> {
      let [cpuMs, batches] = [0, 0]
      for (; batches < 2 * seconds; batches++) {
        const codes = await spread(CODES, () => code(alg))
        const redeem = async () => {
          await spread(CODES, (index) => exchange(codes[index] ?? '', alg))
          return { count: CODES }
        }
        cpuMs += (await cpuOfEach(server, redeem)).cpuMs
      }
      return (cpuMs / batches) * 1000
    },
    async refreshes(seconds: number): Promise<number> {
      // New ones: the store of oidc-provider keeps few.
      families = await spread(FAMILIES, async () => (await exchange(await code('EdDSA'), 'EdDSA')).refresh_token ?? '')
      const each = 30 * seconds
      const rotate = async () => {
        await Promise.all(
          families.map(async (_, family) => {
            for (let turn = 0; turn < each; turn++) await refresh(family)
          }),
        )
        return { count: each * FAMILIES }
      }
      return (await cpuOfEach(server, rotate)).cpuMs * 1000
    },
  }
}

/** `count` pieces of work, `CONNECTIONS` at a time. The results are in order. */
async function spread<Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  return results
}
