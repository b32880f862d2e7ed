/** sqld, a proxy that can fail, and the real server behind it: three processes' worth of faults. */
import { type OpenedDatabase, openRemote } from '../../../db/remote.ts'
import { jobNames } from '../../../src/jobs.ts'
import type { Session } from '../../../src/modules/sessions/session-schema.ts'
import { cleanUp, environment, newFolder, type Server, startServer } from '../../process/support/server.ts'
import { PASSWORD } from '../../support/client.ts'
import { type CountingProxy, startCountingProxy } from '../../support/counting-proxy.ts'
import { type Sqld, startSqld } from '../../support/sqld.ts'

export interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

export interface Asked {
  token?: string
  key?: string
  body?: unknown
  headers?: Record<string, string>
}

export interface World {
  sqld: Sqld
  proxy: CountingProxy
  server: Server
  /** Looks at the database itself, past the proxy. */
  look: OpenedDatabase
  admin: Session
  /** `ask('GET /v1/me', { token })` */
  ask(head: string, asked?: Asked): Promise<Answer>
  /** Waits until the server is ready. */
  ready(): Promise<void>
  end(): Promise<void>
}

/** `env` replaces variables of the server. */
export async function startWorld(env: Record<string, string> = {}): Promise<World> {
  const sqld = await startSqld()
  const proxy = startCountingProxy({ target: sqld.url })
  const server = await startServer(environment(newFolder(), { DATABASE_URL: proxy.url, LOG_LEVEL: 'error', ...env }))
  const [, setupToken] = await server.output(/Set-up token: +(\S+)\n/)
  const look = openRemote({ url: sqld.url, timeoutMs: 60_000 })

  async function ask(head: string, { token, key, body, headers = {} }: Asked = {}): Promise<Answer> {
    const [method = 'GET', path = '/'] = head.split(' ')
    const response = await fetch(`${server.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'application/json', // a browser would be led on by a provider's callback
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {}, // every JSON answer of ours is an object
    }
  }

  const account = { token: setupToken, email: 'admin@example.com', password: PASSWORD, name: 'Admin' }
  const setUp = await ask('POST /v1/setup', { body: account })
  if (setUp.status !== 201) throw new Error(`set-up: ${setUp.status} ${JSON.stringify(setUp.body)}`)
  // A new server begins with its scheduled work, whose commits would meet the faults in the place of the test's.
  const scheduled = jobNames.filter((name) => name !== 'queue')
  for (let done = new Set<unknown>(); !scheduled.every((name) => done.has(name)); await Bun.sleep(20)) {
    const { rows } = await look.client.execute('SELECT name FROM schedules WHERE lease_until = 0')
    done = new Set(rows.map(({ name }) => name))
  }
  return {
    sqld,
    proxy,
    server,
    look,
    admin: setUp.body as unknown as Session, // what 201 of set-up is
    ask,
    async ready() {
      while ((await ask('GET /readyz')).status !== 200) await Bun.sleep(20)
    },
    async end() {
      look.close()
      await server.stop()
      await cleanUp()
      await proxy.stop()
      await sqld.stop()
    },
  }
}
