/** What people do all the time, through a balancer that knows which servers take traffic. */
import { type Answer, call, PASSWORD, type Session } from '../../support/client.ts'
import type { Server } from '../../process/support/server.ts'
import { doorOf, type Fleet } from './fleet.ts'

export interface Traffic {
  /** Requests so far, by what they did: `GET /v1/me 200`. A connection that failed is `GET /v1/me failed`. */
  readonly counts: ReadonlyMap<string, number>
  /** Everything that is no success. */
  failures(): string[]
  /** Requests that have been answered. */
  answered(): number
  /** New requests go to it from now on. */
  join(server: Server): void
  /** Asks the server to stop, and sends it no new request once it says that it is not ready. */
  retire(server: Server): Promise<void>
  /** Sends no new request to it from now on, as a balancer does whose check failed. */
  leave(server: Server): void
  stop(): Promise<void>
}

const CLIENTS = 4

/** Each client signs in, reads, writes and refreshes its session, one request after the other, at the servers in turn. */
export async function startTraffic({ servers }: Pick<Fleet, 'servers'>): Promise<Traffic> {
  const members = [...servers]
  const counts = new Map<string, number>()
  let [turn, answered, isOver] = [0, 0, false]

  const next = (): Server => {
    const server = members[turn++ % members.length]
    if (server === undefined) throw new Error('no server takes traffic')
    return server
  }
  async function send<Body>(route: string, asked: Parameters<typeof call>[2]) {
    const answer = await call<Body>(doorOf(next().url), route, asked).catch((error: Error) => error)
    const name = `${route} ${answer instanceof Error ? `failed: ${answer.message}` : outcomeOf(answer)}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
    answered++
    if (answer instanceof Error) throw answer
    if (answer.status >= 300) throw new Error(name)
    return answer.body
  }
  async function client(session: Session): Promise<void> {
    let { accessToken, refreshToken } = session
    const { email } = session.user
    for (let round = 0; !isOver; round++)
      try {
        await send('GET /v1/me', { token: accessToken })
        await send('PATCH /v1/me', { token: accessToken, body: { name: `Name ${round}` } })
        await send('GET /v1/me/sessions', { token: accessToken })
        const renewed = await send<Session>('POST /v1/auth/refresh', { body: { refreshToken } })
        ;({ accessToken, refreshToken } = renewed)
        if (round % 4 === 0) await send('POST /v1/auth/sign-in', { body: { email, password: PASSWORD } })
      } catch {
        // It is counted.
      }
  }
  const sessions = await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const body = { email: `client${crypto.randomUUID()}@example.com`, password: PASSWORD }
      return (await call<Session>(doorOf(next().url), 'POST /v1/auth/sign-up', { body })).body
    }),
  )
  const running = Promise.all(sessions.map(client))
  const leave = (server: Server) => void members.splice(members.indexOf(server), 1)

  return {
    counts,
    failures: () => [...counts.keys()].filter((name) => !/ 20[0-9]$/.test(name)),
    answered: () => answered,
    join: (server) => void members.push(server),
    leave,
    async retire(server) {
      server.kill('SIGTERM')
      while ((await fetch(`${server.url}/readyz`)).status === 200) await Bun.sleep(5)
      leave(server)
    },
    async stop() {
      isOver = true
      await running
    },
  }
}

const outcomeOf = ({ status, body }: Answer<unknown>): string =>
  typeof body === 'object' && body !== null && 'code' in body ? `${status} ${body.code}` : `${status}`
