/** How soon a verifier refuses what was revoked, beside many that follow the same server, over real sockets. */
import { createRevocationFeed, createVerifier, type Verifier } from '../clients/js/verify/src/index.ts'
import { environment, newFolder, startServer } from '../test/process/support/server.ts'
import { PASSWORD, type Session } from '../test/support/client.ts'
import { freePort } from '../test/support/ports.ts'
import { BenchError } from './bench-error.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const FOLLOWERS = 200
const SIGN_OUTS = 10

export async function measureRevocations(options: ScenarioOptions): Promise<Report> {
  const port = String(freePort())
  const url = `http://127.0.0.1:${port}`
  const server = await startServer(
    environment(newFolder(), { PORT: port, APP_URL: url, EMAIL_VERIFICATION: 'optional' }),
  )
  const send = async <T>(path: string, body: unknown, token?: string): Promise<T> => {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await response.text()
    if (!response.ok) throw new BenchError(`${path}: ${response.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as T // the caller names its shape
  }
  const [, setUp] = /#token=(\S+)/.exec(server.stdout + server.stderr) ?? []
  const account = { email: 'bench@example.com', password: PASSWORD }
  const { accessToken } = await send<Session>('/v1/setup', { ...account, token: setUp, name: 'Bench' })
  const { key } = await send<{ key: string }>(
    '/v1/api-keys',
    { name: 'Feed', scopes: ['revocations:read'] },
    accessToken,
  )
  const feedOf = () => createRevocationFeed({ issuer: url, token: key, random: () => 0 })
  const own = feedOf()
  const verifier = createVerifier({ issuer: url, revocations: own })
  const others = Array.from({ length: FOLLOWERS }, feedOf)

  async function slowest(): Promise<number> {
    const delays: number[] = []
    for (let done = 0; done < SIGN_OUTS; done++) {
      const { accessToken: token } = await send<Session>('/v1/auth/sign-in', account)
      await verifier.bearer(token)
      await send('/v1/auth/sign-out', {}, token)
      const answered = performance.now()
      while (await accepts(verifier, token)) await Bun.sleep(1)
      delays.push(performance.now() - answered)
    }
    return Math.max(...delays)
  }

  try {
    await Promise.all(others.map((feed) => feed.ready()))
    const { refused } = await interleave(options, { refused: slowest })
    return {
      scenario: 'revocations',
      comparisons: [],
      figures: [
        {
          name: `the slowest of ${SIGN_OUTS} refusals after the answer to a sign-out, beside ${FOLLOWERS} other followers`,
          unit: 'ms',
          below: 1_000,
          values: refused,
        },
      ],
      checks: [`After every sign-out the verifier refused the token.`],
    }
  } finally {
    for (const feed of [own, ...others]) feed.close()
    await server.stop()
  }
}

const accepts = (verifier: Verifier, token: string): Promise<boolean> =>
  verifier.bearer(token).then(
    () => true,
    () => false,
  )
