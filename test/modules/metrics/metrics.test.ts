/** What monitoring reads, and who else may not. */
import { afterEach, describe, expect, test } from 'bun:test'
import { ConfigError, parseConfig } from '../../../src/config.ts'
import { expositionOf } from '../../../src/modules/metrics/exposition.ts'
import { deadJob, queueOne, UNHANDLED } from '../../support/jobs.ts'
import { createTestApp, ORIGIN, type TestApp, type TestAppOptions } from '../../support/test-app.ts'

const TOKEN = 'mEtrics-token.of/32+characters~=='
let t: TestApp
afterEach(() => t?.close())

async function start(options: TestAppOptions = {}): Promise<void> {
  t = await createTestApp({ ...options, env: { METRICS_TOKEN: TOKEN, ...options.env } })
}
const ask = (authorization?: string) =>
  t.app.fetch(new Request(`${ORIGIN}/metrics`, { headers: authorization === undefined ? {} : { authorization } }))
/** By name with labels. Fails for a line that is no sample, help or type. */
async function read(): Promise<Record<string, number>> {
  const answer = await ask(`Bearer ${TOKEN}`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const text = await answer.text()
  expect(text.endsWith('\n')).toBe(true)
  const samples: Record<string, number> = {}
  for (const line of text.trimEnd().split('\n')) {
    if (/^# (?:HELP|TYPE) threeger_\w+ \S/.test(line)) continue
    const [, name = '', value] =
      /^(threeger_\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})?) (\d+(?:\.\d+)?)$/.exec(line) ?? []
    expect(line).toContain(name || 'a sample')
    expect(samples[name]).toBeUndefined()
    samples[name] = Number(value)
  }
  return samples
}

describe('the metrics', () => {
  test('show jobs, streams and the hit rate of the cache', async () => {
    await start()
    await queueOne(t, UNHANDLED)
    await deadJob(t)
    t.clock.advance(90_000)
    const first = await read()
    expect(first).toMatchObject({
      threeger_up: 1,
      threeger_database_up: 1,
      threeger_jobs_pending: 1,
      threeger_jobs_dead: 1,
      threeger_jobs_overdue_seconds: 90,
      threeger_streams_open: 0,
      threeger_revocation_followers: 0,
    })
    const counted = (found: string) => `threeger_cache_lookups_total{cache="records",found="${found}"}`
    for (const _ of [1, 2, 3]) await t.deps.principals.loadRecord('client', 'cli_1', async () => ({ name: 'one' }))
    const second = await read()
    const grown = (found: string) => (second[counted(found)] ?? 0) - (first[counted(found)] ?? 0)
    expect([grown('database'), grown('memory')]).toEqual([1, 2])
  })

  test('cost one question to the database', async () => {
    await start()
    await read()
    let asked = 0
    const { all } = t.deps.longReads
    t.deps.longReads.all = ((query: Parameters<typeof all>[0]) => {
      asked++
      return all.call(t.deps.longReads, query)
    }) as typeof all
    await read()
    expect(asked).toBe(1)
  })

  test('of the process are there while the database is away, and no number of the jobs is invented', async () => {
    await start()
    const down = () => Promise.reject(new Error('the database does not answer'))
    t.deps.longReads.all = down as unknown as typeof t.deps.longReads.all
    const samples = await read()
    expect(samples).toMatchObject({ threeger_up: 1, threeger_database_up: 0 })
    expect(Object.keys(samples).filter((name) => name.includes('_jobs_'))).toEqual([])
  })

  test('need the token: nothing else opens them, and no answer shows it', async () => {
    await start()
    const wrong = [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(0, -1)}`,
      TOKEN,
      `Basic ${btoa(`x:${TOKEN}`)}`,
      'Bearer undefined',
      `Bearer ${TOKEN} x`,
      `Bearer ${TOKEN.toLowerCase()}`,
    ]
    for (const authorization of wrong) {
      const answer = await ask(authorization)
      const text = await answer.text()
      expect([answer.status, answer.headers.get('www-authenticate')], authorization).toEqual([401, 'Bearer'])
      expect(JSON.parse(text)).toMatchObject({ code: 'metrics.token_invalid' })
      expect(text).not.toContain(TOKEN)
      expect(text).not.toContain('threeger_')
    }
    expect((await t.app.fetch(new Request(`${ORIGIN}/metrics?token=${TOKEN}`))).status).toBe(401)
  })

  test('are not there without METRICS_TOKEN, and a short one stops the start', async () => {
    t = await createTestApp()
    for (const authorization of [undefined, 'Bearer undefined', 'Bearer ', `Bearer ${TOKEN}`])
      expect((await ask(authorization)).status).toBe(404)
    for (const METRICS_TOKEN of ['short', 'a token with spaces in it', 'x'.repeat(257)])
      expect(() => parseConfig({ APP_SECRET: 'x'.repeat(32), METRICS_TOKEN })).toThrow(ConfigError)
  })

  test('a label cannot end its line', () => {
    const measure = {
      name: 'threeger_x',
      kind: 'gauge' as const,
      help: 'one\ntwo \\',
      values: [{ labels: { a: 'x"\n\\' }, value: 1 }],
    }
    expect(expositionOf([measure])).toBe(
      '# HELP threeger_x one\\ntwo \\\\\n# TYPE threeger_x gauge\nthreeger_x{a="x\\"\\n\\\\"} 1\n',
    )
    expect(expositionOf([{ ...measure, values: [] }])).toBe('\n')
  })
})
