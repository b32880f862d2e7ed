/** A whole app on a real libSQL file. Only the clock, the foreign network and the log's destination are ours. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../db/client.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import { isMigrated } from '../../db/migration-state.ts'
import { type App, createApp } from '../../src/app.ts'
import { parseConfig } from '../../src/config.ts'
import type { Deps, Log, Mail } from '../../src/deps.ts'
import { type JobReport, runJobs } from '../../src/jobs.ts'
import { PublicFetchError } from '../../src/lib/public-addresses.ts'
import { createKeyRing } from '../../src/modules/signing-keys/key-ring.ts'
import { createLocalBus } from '../../src/platform/bus.ts'
import { createCache } from '../../src/platform/cache/cache.ts'
import { compressLater } from '../../src/platform/compress-later.ts'
import { createFeed } from '../../src/platform/feed.ts'
import { createLibsqlWindows } from '../../src/platform/limiter/libsql.ts'
import { createLimiter } from '../../src/platform/limiter/limiter.ts'
import { readMadeAsset } from '../../src/platform/made-assets.bun.ts'
import { measuresOf } from '../../src/platform/measures.ts'
import { createPrincipalCache, REMOTE_PRINCIPAL_TTL_MS } from '../../src/platform/principal-cache.ts'
import { createRandom } from '../../src/platform/random.ts'
import { createRevocations } from '../../src/platform/revocations.ts'
import { createStreamParts } from '../../src/platform/streams.ts'
import { createTickets } from '../../src/platform/tickets.ts'
import { cheapPasswords } from './passwords.ts'
import { migrateServer } from './sqld.ts'

/** On a busy machine, an app must neither count by itself nor give up a round trip. */
const PATIENCE_MS = 120_000

export const ORIGIN = 'https://api.test'

export interface FakeClock {
  now(): number
  elapsed(): number
  /** Lets time pass, or moves it back. */
  advance(ms: number): void
  /** Sets the clock by that much: no time passes. */
  set(ms: number): void
}

export interface TestApp {
  app: App
  deps: Deps
  clock: FakeClock
  /** Every line logged, as written: message and fields. */
  logged: { level: string; message: string; fields: Record<string, unknown> }[]
  /** Foreign requests asked for; answered by `foreign`. */
  asked: string[]
  foreign: { answer: (url: string, init?: RequestInit) => Promise<Response> }
  /** Mails sent, oldest first. Those of one `work()` are in the order in which they were queued: a worker sends many at once. */
  mails: (Mail & { at: number })[]
  /** `fail` is asked before each mail; when it throws, the mail was not taken. */
  mailer: { fail?: ((mail: Mail) => unknown) | undefined }
  /** Path of the database file. */
  file: string
  /** Awaits what the app deferred until after the response. */
  settle(): Promise<void>
  /** Does the queued jobs that are due, as a worker would. Nothing else does them. */
  work(): Promise<JobReport>
  close(): Promise<void>
}

export interface TestAppOptions {
  /** Environment variables on top of the test defaults. */
  env?: Record<string, string>
  /** Replaces single effects. Hashes are cheap unless `realPasswords` are given. */
  deps?: Partial<Deps>
}

const START = Date.UTC(2026, 6, 9, 12)

/** Builds an app at `https://api.test` with a database of its own. Close it when done. */
export async function createTestApp({ env = {}, deps: replaced = {} }: TestAppOptions = {}): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'threeger-test-'))
  const file = join(folder, 'test.db')
  const config = parseConfig({
    NODE_ENV: 'test',
    APP_URL: ORIGIN,
    APP_SECRET: 'test secret of more than thirty-two bytes',
    DATABASE_URL: `file:${file}`,
    RATE_LIMIT: 'off', // tests of other subjects send more requests than the limits allow
    ...env,
  })
  if (env.DATABASE_URL === undefined) writeFileSync(file, await migratedFile(), { mode: 0o600 })
  const {
    db,
    longReads = db,
    owned,
    storage,
    close,
  } = openDatabase({ url: config.databaseUrl, authToken: config.databaseAuthToken, timeoutMs: PATIENCE_MS })
  if (owned) await migrateDatabase(db)
  else await migrateServer(config.databaseUrl)

  let time = START
  let setBy = 0
  const clock: FakeClock = {
    now: () => time,
    elapsed: () => time - START - setBy,
    advance(ms) {
      time += ms
    },
    set(ms) {
      time += ms
      setBy += ms
    },
  }
  const logged: TestApp['logged'] = []
  const write =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      logged.push({ level, message, fields })
    }
  const log: Log = { debug: write('debug'), info: write('info'), warning: write('warning'), error: write('error') }
  const asked: string[] = []
  const foreign: TestApp['foreign'] = { answer: async () => new Response('') }
  const mails: TestApp['mails'] = []
  const mailer: TestApp['mailer'] = {}
  const deferred: Promise<unknown>[] = []
  const random = createRandom(clock)
  const ttlMs = owned ? 0 : REMOTE_PRINCIPAL_TTL_MS
  const cache = createCache({ clock, ttlMs })
  const principals = createPrincipalCache({ maxEntries: 10_000, ttlMs, clock, cache })
  const bus = createLocalBus(log)
  const feed = createFeed({ db, log, bus, pollMs: owned ? undefined : 50 })
  const { stopping = new AbortController().signal } = replaced
  const deps: Deps = {
    config,
    db,
    longReads,
    staleReads: longReads,
    ...(storage === undefined ? {} : { storage }),
    clock,
    random,
    log,
    principals,
    cache,
    measured: () => measuresOf({ principals, cache }),
    passwords: cheapPasswords,
    tickets: createTickets(config.appSecret, config.appUrl, clock),
    limiter: createLimiter({
      config,
      clock,
      log,
      shared: owned ? undefined : createLibsqlWindows(db, clock, PATIENCE_MS),
    }),
    bus,
    feed,
    revocations: createRevocations({
      db,
      feed,
      clock,
      log,
      stopping,
      accessTtlMs: config.accessTtlSeconds * 1000,
      maxFollowers: config.variables.REVOCATION_FOLLOWERS,
      heartbeatMs: 25,
    }),
    streams: createStreamParts(),
    keys: createKeyRing({ config, db, clock, random, principals }),
    queue: { wake() {}, idle: async () => void (await runJobs(deps, 'queue')) },
    mailer: {
      async send(mail) {
        await mailer.fail?.(mail)
        mails.push({ ...mail, at: clock.now() })
      },
      sent: () => (config.development ? mails.toReversed() : []),
    },
    fetch(url, init) {
      asked.push(url)
      return foreign.answer(url, init)
    },
    async fetchPublic(url, { maxBytes, timeoutMs: _, ...init }) {
      asked.push(url)
      const answer = await foreign.answer(url, init)
      const body = new Uint8Array(await answer.arrayBuffer())
      if (body.length > maxBytes) throw new PublicFetchError('the answer is too long')
      return { status: answer.status, headers: answer.headers, body }
    },
    asset: readMadeAsset,
    compress: compressLater(),
    migrated: () => isMigrated(db),
    accepting: () => true,
    stopping,
    peerAddress: () => '203.0.113.7',
    defer: (work) => void deferred.push(work()),
    ...replaced,
  }
  return {
    app: createApp(deps),
    deps,
    clock,
    logged,
    asked,
    foreign,
    mails,
    mailer,
    file,
    async settle() {
      await Promise.all(deferred.splice(0))
    },
    async work() {
      const before = mails.length
      const report = await runJobs(deps, 'queue')
      mails.push(...mails.splice(before).toSorted((one, other) => (one.id < other.id ? -1 : 1)))
      return report
    },
    async close() {
      await Promise.all(deferred)
      close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

let template: Promise<Uint8Array> | undefined

/** The bytes of an empty database with all migrations, made once in each process: a copy costs a tenth of the migrations. */
function migratedFile(): Promise<Uint8Array> {
  template ??= makeTemplate()
  return template
}

async function makeTemplate(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'threeger-test-'))
  const file = join(folder, 'template.db')
  try {
    const { db, close } = openDatabase({ url: `file:${file}` })
    await migrateDatabase(db)
    await db.$client.execute('PRAGMA wal_checkpoint(TRUNCATE)') // the file alone is the database
    close()
    return readFileSync(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
