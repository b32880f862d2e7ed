/** Work that no request asks for: guess budgets, sweeps, and another APP_SECRET. */
import { expect, test } from 'bun:test'
import { createApp } from '../../../src/app.ts'
import type { Deps } from '../../../src/deps.ts'
import { runJobs } from '../../../src/jobs.ts'
import { createKeyRing } from '../../../src/modules/signing-keys/key-ring.ts'
import { createTickets } from '../../../src/platform/tickets.ts'
import { call } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { codeOf, firstFactor, person, STEP_MS, signInFully, verify, wrongCode } from './support/factors.ts'

const rows = async (t: TestApp, sql: string) => (await t.deps.db.$client.execute(sql)).rows

/** The same app after a restart with other secrets. */
function restarted(t: TestApp, secrets: { appSecret: string; appSecretPrevious: string | undefined }): TestApp {
  const config = { ...t.deps.config, ...secrets }
  const tickets = createTickets(config.appSecret, config.appUrl, t.clock)
  const deps: Deps = { ...t.deps, config, tickets, keys: createKeyRing({ ...t.deps, config }) }
  return { ...t, deps, app: createApp(deps) }
}

test('guesses at a code spend their own budget, which a right password does not restore', async () => {
  const t = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  try {
    const ada = await person(t)
    const statuses: number[] = []
    for (let n = 0; n < 3; n++) {
      const { challenge } = await firstFactor(t, ada.email)
      for (let m = 0; m < 2; m++) {
        const answer = await verify(t, { challenge, factor: 'totp', code: wrongCode(t, ada.secret) })
        statuses.push(answer.status)
        if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      }
      await t.settle()
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    // It does not block the first factor either.
    const { challenge } = await firstFactor(t, ada.email)
    t.clock.advance(60_000)
    const right = await verify(t, { challenge, factor: 'totp', code: codeOf(t, ada.secret) })
    expect(right.status).toBe(200)
    await t.settle()
  } finally {
    await t.close()
  }
})

test('only expired rows are swept', async () => {
  const t = await createTestApp()
  try {
    const ada = await person(t)
    await signInFully(t, ada, { rememberDevice: true })
    await firstFactor(t, ada.email)
    await runJobs(t.deps, 'sweep-factors')
    expect((await rows(t, 'SELECT 1 FROM mfa_challenges')).length).toBe(2)
    t.clock.advance(86_400_000 + 600_001 + STEP_MS)
    await firstFactor(t, ada.email)
    const { jobs } = await runJobs(t.deps, 'sweep-factors')
    expect(jobs).toMatchObject([{ counts: { challenges: 2, rememberedDevices: 0 }, complete: true }])
    expect((await rows(t, 'SELECT 1 FROM mfa_challenges')).length).toBe(1)
    t.clock.advance(30 * 86_400_000)
    await runJobs(t.deps, 'sweep-factors')
    expect(await rows(t, 'SELECT 1 FROM remembered_devices')).toEqual([])
    expect((await rows(t, 'SELECT 1 FROM totp_secrets')).length).toBe(1)
  } finally {
    await t.close()
  }
})

test('seeds and signing keys survive a change of APP_SECRET and are encrypted again', async () => {
  const t = await createTestApp()
  try {
    const [ada, eve] = [await person(t), await person(t)]
    const { appSecret: old } = t.deps.config
    const keyIds = async () => (await rows(t, 'SELECT DISTINCT key_id FROM totp_secrets')).map(({ key_id }) => key_id)
    const [before] = await keyIds()
    const current = 'another secret of more than thirty-two bytes'

    // Without the old secret no seed can be decrypted, and no data is lost.
    const blind = restarted(t, { appSecret: current, appSecretPrevious: undefined })
    await t.deps.keys.signing()
    const refused = await call(blind, 'POST /v1/auth/sign-in', {
      body: { email: ada.email, password: 'correct horse battery staple' },
    })
    const body = { challenge: refused.body.challenge, factor: 'totp', code: codeOf(t, ada.secret) }
    expect((await call(blind, 'POST /v1/auth/mfa/verify', { body })).status).toBe(500)
    expect(await runJobs(blind.deps, 'reseal-seeds')).toMatchObject({ jobs: [{ counts: { seeds: 0 } }] })

    // With it, the use of a code encrypts its seed again, and the job encrypts the others.
    const both = restarted(t, { appSecret: current, appSecretPrevious: old })
    expect((await call(both, 'GET /v1/me', { token: ada.session.accessToken })).status).toBe(200)
    await signInFully(both, ada)
    expect((await keyIds()).length).toBe(2)
    expect(await runJobs(both.deps, 'reseal-seeds')).toMatchObject({ jobs: [{ counts: { seeds: 1 }, complete: true }] })
    const after = await keyIds()
    expect(after.length).toBe(1)
    expect(after[0]).not.toBe(before)
    const [code] = eve.recoveryCodes
    const { challenge } = await firstFactor(both, eve.email)
    expect((await verify(both, { challenge, factor: 'recovery_code', code })).status).toBe(200)
    await both.deps.keys.rotate()
    t.clock.advance(20 * 60_000)

    // And without the old one again, once the signing keys made under it have retired.
    const last = restarted(t, { appSecret: current, appSecretPrevious: undefined })
    for (const one of [ada, eve]) await signInFully(last, one)
  } finally {
    await t.close()
  }
})
