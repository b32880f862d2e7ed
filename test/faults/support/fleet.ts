/** Three real servers on one sqld, with or without a Redis: what a load balancer would have behind it. */
import type { App } from '../../../src/app.ts'
import { environment, newFolder, type Server, startServer } from '../../process/support/server.ts'
import { type Session, setUpAdmin } from '../../support/client.ts'
import { type Redis, startRedis } from '../../support/redis.ts'
import { type Sqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

const APP_SECRET = 'the secret of these servers, 32 bytes or more'

/** What `call` needs of an app: here a process of its own, over a socket. */
export type Door = Pick<TestApp, 'app'>

export interface Fleet {
  sqld: Sqld
  redis: Redis | undefined
  servers: Server[]
  /** The server at that place, for `call`. Requests come from many addresses, as those of a proxy do. */
  at(place: number): Door
  doors(): Door[]
  /**
   * An app in this process on the same database, with the same secret and URL: it makes people without real hashes, and rows by
   * SQL. It runs no jobs.
   */
  t: TestApp
  admin: Session
  /** One more server like the others; `cwd` has the sources of another release. */
  add(env?: Record<string, string>, options?: { cwd: string }): Promise<Server>
  end(): Promise<void>
}

export interface FleetOptions {
  size?: number
  withRedis?: boolean
  env?: Record<string, string>
  /** The Redis of the server at that place, if not the real one. */
  redisUrlOf?: (real: string, place: number) => string
}

export async function startFleet({
  size = 3,
  withRedis = false,
  env = {},
  redisUrlOf = (real) => real,
}: FleetOptions = {}): Promise<Fleet> {
  // Three servers write at once: see `startSqld`.
  const sqld = await startSqld({ checkpointEachSecond: true })
  const redis = withRedis ? await startRedis() : undefined
  const t = await createTestApp({ env: { DATABASE_URL: sqld.url, APP_SECRET, EMAIL_VERIFICATION: 'optional' } })
  t.clock.set(Date.now() - t.clock.now()) // its tokens are for servers with the clock of the machine
  const admin = await setUpAdmin(t)
  const launch = (place: number, more: Record<string, string> = {}, options?: { cwd: string }) =>
    startServer(
      environment(newFolder(), {
        APP_URL: ORIGIN,
        APP_SECRET,
        DATABASE_URL: sqld.url,
        DATABASE_TIMEOUT_MS: '20000', // three servers and a database on two busy cores
        EMAIL_VERIFICATION: 'optional',
        TRUSTED_PROXIES: '127.0.0.1',
        LOG_LEVEL: 'warning',
        ...(redis === undefined ? {} : { REDIS_URL: redisUrlOf(redis.url, place) }),
        ...env,
        ...more,
      }),
      undefined,
      options,
    )
  const servers = await Promise.all(Array.from({ length: size }, (_, place) => launch(place)))
  return {
    sqld,
    redis,
    servers,
    at(place) {
      const server = servers[place]
      if (server === undefined) throw new Error(`there is no server ${place}`)
      return doorOf(server.url)
    },
    doors: () => servers.map(({ url }) => doorOf(url)),
    t,
    admin,
    async add(more, options) {
      const server = await launch(servers.length, more, options)
      servers.push(server)
      return server
    },
    async end() {
      for (const server of servers) server.kill('SIGKILL')
      await Promise.all(servers.map(({ exited }) => exited))
      await t.close()
      await redis?.stop()
      await sqld.stop()
    },
  }
}

let clients = 0
/** An address that no other request has: limits of addresses are not what most tests are about. */
const nextAddress = () => `198.18.${(++clients >> 8) & 255}.${clients & 255}`

/** The requests of `call`, sent to the origin of a server. */
export function doorOf(origin: string): Door {
  const handle = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url)
    const headers = new Headers(request.headers)
    if (!headers.has('x-forwarded-for')) headers.set('x-forwarded-for', nextAddress())
    headers.set('x-forwarded-proto', 'https')
    const body = request.body === null ? null : await request.arrayBuffer()
    return fetch(`${origin}${pathname}${search}`, { method: request.method, headers, body, redirect: 'manual' })
  }
  const app: App = { fetch: handle, handle, allRoutes: () => Promise.reject(new Error('it is another process')) }
  return { app }
}
