/** A verifier beside a real server, over sockets: kill -9, restarts, a feed that is gone, and what is believed meanwhile. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  createIntrospection,
  createRevocationFeed,
  createVerifier,
  type RevocationFeed,
  VerificationError,
  type Verifier,
} from '../../../clients/js/verify/src/index.ts'
import { cleanUp, environment, newFolder, type Server, startServer } from '../../process/support/server.ts'
import { PASSWORD, type Session } from '../../support/client.ts'
import { freePort } from '../../support/ports.ts'

const APP_SECRET = 'the secret of this server, 32 bytes or more'

let env: Record<string, string | undefined>
let server: Server
let url: string
let token: string
let admin: Session
const feeds: RevocationFeed[] = []
beforeAll(async () => {
  const port = String(freePort())
  url = `http://127.0.0.1:${port}`
  env = environment(newFolder(), { PORT: port, APP_URL: url, APP_SECRET, EMAIL_VERIFICATION: 'optional' })
  server = await startServer(env)
  const [, setUp = ''] = /#token=(\S+)/.exec(server.stdout + server.stderr) ?? []
  admin = await send<Session>('POST /v1/setup', {
    body: { token: setUp, email: 'admin@example.com', password: PASSWORD, name: 'Admin' },
  })
  token = (
    await send<{ key: string }>('POST /v1/api-keys', {
      token: admin.accessToken,
      body: { name: 'Feed', scopes: ['revocations:read'] },
    })
  ).key
})
afterAll(async () => {
  for (const feed of feeds) feed.close()
  await cleanUp()
})

async function send<T = unknown>(
  methodAndPath: string,
  { token: bearer, body }: { token?: string; body?: unknown } = {},
): Promise<T> {
  const [method = 'GET', path = ''] = methodAndPath.split(' ')
  const response = await fetch(url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${methodAndPath} ${response.status} ${text}`)
  return (text === '' ? {} : JSON.parse(text)) as T // the caller names its shape
}

function following(options: Partial<Parameters<typeof createRevocationFeed>[0]> = {}): RevocationFeed {
  // A busy machine may keep a heartbeat or a connection waiting for a while.
  const feed = createRevocationFeed({ issuer: url, token, staleAfterMs: 5_000, connectWaitMs: 60_000, ...options })
  feeds.push(feed)
  return feed
}
async function codeOf(verifier: Verifier, credential: string): Promise<string> {
  try {
    await verifier.bearer(credential)
    return 'accepted'
  } catch (error) {
    if (error instanceof VerificationError) return error.code
    throw error
  }
}
async function becomes(verifier: Verifier, credential: string, code: string): Promise<void> {
  while ((await codeOf(verifier, credential)) !== code) await Bun.sleep(20)
}
let people = 0
const person = () =>
  send<Session>('POST /v1/auth/sign-up', { body: { email: `process${++people}@example.com`, password: PASSWORD } })
const signOut = ({ accessToken }: Session) => send('POST /v1/auth/sign-out', { token: accessToken })

describe('a verifier', () => {
  test('refuses a token after sign-out, and every verifier does', async () => {
    const verifiers = Array.from({ length: 5 }, () => createVerifier({ issuer: url, revocations: following() }))
    const [gone, stays] = [await person(), await person()]
    for (const verifier of verifiers) expect(await codeOf(verifier, gone.accessToken)).toBe('accepted')
    await signOut(gone)
    for (const verifier of verifiers) {
      await becomes(verifier, gone.accessToken, 'credential.revoked')
      expect(await codeOf(verifier, stays.accessToken)).toBe('accepted')
    }
  })

  test('refuses every token while the server is gone, and goes on after it was killed and started again', async () => {
    const verifier = createVerifier({ issuer: url, revocations: following() })
    const [before, after, other] = [await person(), await person(), await person()]
    expect(await codeOf(verifier, before.accessToken)).toBe('accepted')
    await signOut(before)
    await becomes(verifier, before.accessToken, 'credential.revoked')
    server.kill('SIGKILL')
    await server.exited
    await becomes(verifier, other.accessToken, 'revocations.stale')
    expect(await codeOf(verifier, before.accessToken)).toBe('credential.revoked')
    server = await startServer(env)
    await signOut(after)
    await becomes(verifier, other.accessToken, 'accepted')
    await becomes(verifier, after.accessToken, 'credential.revoked') // it may have come back before this sign-out
    expect(await codeOf(verifier, before.accessToken)).toBe('credential.revoked')
  })

  test('asks the server while its feed is gone, as it was told to', async () => {
    const closed = `http://127.0.0.1:${freePort()}/v1/revocations`
    const revocations = following({ url: closed, connectWaitMs: 50 })
    const refusing = createVerifier({ issuer: url, revocations })
    const asking = createVerifier({
      issuer: url,
      revocations,
      whenStale: createIntrospection({ issuer: url, keepMs: 0, timeoutMs: 60_000 }),
    })
    const session = await person()
    const { key, id } = await send<{ key: string; id: string }>('POST /v1/api-keys', {
      token: (
        await send<Session>('POST /v1/auth/sign-in', { body: { email: 'admin@example.com', password: PASSWORD } })
      ).accessToken,
      body: {
        name: 'Signed',
        form: 'signed',
        scopes: ['users:read'],
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      },
    })
    for (const credential of [session.accessToken, key]) {
      expect(await codeOf(refusing, credential)).toBe('revocations.stale')
      expect(await codeOf(asking, credential)).toBe('accepted')
    }
    await signOut(session)
    await send('POST /v1/api-keys/revoke', { body: { key } })
    for (const credential of [session.accessToken, key])
      expect(await codeOf(asking, credential), id).toBe('credential.revoked')
  })

  test('of a server that stops is told so, and comes back to the next one', async () => {
    const verifier = createVerifier({ issuer: url, revocations: following() })
    const session = await person()
    expect(await codeOf(verifier, session.accessToken)).toBe('accepted')
    expect(await server.stop()).toBe(0)
    server = await startServer(env)
    await signOut(session)
    await becomes(verifier, session.accessToken, 'credential.revoked')
  })
})
