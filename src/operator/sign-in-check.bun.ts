import { createApp } from '../app.ts'
import type { Config } from '../config.ts'
import { base64url } from '../lib/encoding.ts'
import type { Session } from '../modules/sessions/session-schema.ts'
import { loadPrincipalBySession } from '../modules/sessions/principals.ts'
import { livingSessions } from '../modules/sessions/queries.ts'
import { createBunDeps } from '../platform/deps.bun.ts'

/** A sample of sessions: enough to load every kind of row. */
const SESSIONS = 500

/**
 * Opens the app on a copy of a database and tests it. It decrypts the signing keys and loads active sessions. A test user
 * signs up, signs in and refreshes. It makes no request to a foreign network. Throws the failure of the first failed test.
 */
export async function checkSignIn(config: Config): Promise<string> {
  const deps = await createBunDeps({
    ...config,
    emailVerification: 'optional', // the probe has no mailbox
    refuseBreachedPasswords: false,
    logLevel: 'error',
  })
  try {
    await deps.keys.signing()
    const { keys } = await deps.keys.jwks()
    const living = await livingSessions(deps.db, deps.clock.now(), SESSIONS)
    for (const { id } of living)
      if ((await loadPrincipalBySession(deps, id)).principal === undefined)
        throw new Error(`session ${id} is no longer known`)

    const app = createApp(deps)
    const post = async (path: string, body: object, expected: number): Promise<Session> => {
      const response = await app.handle(
        new Request(`${config.appUrl}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      )
      const text = await response.text()
      if (response.status !== expected) throw new Error(`POST ${path} answered ${response.status}: ${text}`)
      return JSON.parse(text) as Session // the answer of these three endpoints, without a cookie
    }
    const probe = {
      email: `probe-${base64url(deps.random.bytes(9)).toLowerCase()}@example.com`,
      password: base64url(deps.random.bytes(Math.max(24, config.passwordMinLength))),
    }
    await post('/v1/auth/sign-up', probe, 201)
    const session = await post('/v1/auth/sign-in', probe, 200)
    const refreshed = await post('/v1/auth/refresh', { refreshToken: session.refreshToken }, 200)
    const me = await app.handle(
      new Request(`${config.appUrl}/v1/me`, { headers: { authorization: `Bearer ${refreshed.accessToken}` } }),
    )
    if (me.status !== 200) throw new Error(`GET /v1/me answered ${me.status}: ${await me.text()}`)
    return `${keys.length} keys decrypted, ${living.length} active sessions loaded, a test user signed up, signed in and refreshed`
  } finally {
    await deps.close()
  }
}
