/** Sign-ins compared with their password hash, and reads at the same time. */
import { ARGON2ID } from '../src/lib/phc.ts'
import { bearer, CREDENTIALS, expectStatus, postJson, signUp } from './account.ts'
import { cpuOfEach, runForJson, startMeasuredThreeger } from './children.ts'
import type { LoopResult } from './closed-loop.ts'
import { drive, driveFetch } from './load.ts'
import { type Report, spreadOf } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const CONCURRENCY = 16
/** A hash takes some 35 ms of a core, so turns are longer than in other scenarios. Shorter ones would have too few sign-ins. */
const TURN_FACTOR = 2
/** Enough requests for a p99 in two seconds, and hardly any load compared with the hashes. */
const READS_PER_SECOND = 100

/** The argument of `children/bare-hash.ts`. */
export interface HashWork {
  phc: string
  password: string
  concurrency: number
  seconds: number
}

export async function measureSignIn(options: ScenarioOptions): Promise<Report> {
  const { seconds } = options
  const server = await startMeasuredThreeger()
  const { origin } = server
  const { accessToken } = await signUp(origin)
  const signIn = { url: `${origin}/v1/auth/sign-in`, ...postJson(CREDENTIALS) }
  await expectStatus(200, signIn.url, signIn)

  const { password } = CREDENTIALS
  const phc = await Bun.password.hash(password, {
    algorithm: 'argon2id',
    memoryCost: ARGON2ID.memory,
    timeCost: ARGON2ID.time,
  })
  const turn = seconds * TURN_FACTOR
  const hashWork: HashWork = { phc, password, concurrency: CONCURRENCY, seconds: turn }
  const signIns = { ...signIn, connections: CONCURRENCY, seconds: turn }
  const reads = { url: `${origin}/v1/me`, headers: bearer(accessToken), connections: 1, perSecond: READS_PER_SECOND }

  const results = await interleave(options, {
    signIns: () => cpuOfEach(server, () => drive(signIns)),
    hashes: async () => (await runForJson('bench/children/bare-hash.ts', hashWork)) as LoopResult, // its output
    // Separate turns, because reads would take time from the sign-ins that are compared.
    readsMeanwhile: async () =>
      (await Promise.all([driveFetch({ ...reads, seconds }), drive({ ...signIns, seconds })]))[0],
  })
  const { refusals } = await interleave(options, { refusals: () => timeRefusals(signIn.url) })
  return {
    scenario: 'sign-in',
    comparisons: [
      {
        name: '`POST /v1/auth/sign-in`',
        unit: 'sign-ins/s',
        ours: { name: 'Threeger ID', values: results.signIns.map(({ perSecond }) => perSecond) },
        reference: { name: 'bare hash', values: results.hashes.map(({ perSecond }) => perSecond) },
        goal: 0.9,
      },
    ],
    figures: [
      {
        name: `CPU of a sign-in at ${CONCURRENCY} connections, of the thread of the event loop`,
        unit: 'ms',
        values: results.signIns.map(({ mainMs }) => mainMs),
        below: 3.5,
      },
      {
        name: `p99 of sign-in at ${CONCURRENCY} connections`,
        unit: 'ms',
        values: results.signIns.map(({ p99Ms }) => p99Ms),
        below: 1500,
      },
      {
        name: 'p99 of `GET /v1/me` meanwhile',
        unit: 'ms',
        values: results.readsMeanwhile.map(({ p99Ms }) => p99Ms),
        below: 50,
      },
      {
        name: 'wrong password: medians of a known and an unknown address apart',
        unit: 'ms',
        values: refusals,
        below: 3,
      },
    ],
    checks: [],
  }
}

const REFUSALS = 50

/** Wrong passwords for a known and an unknown address in turn. Returns the ms between the two medians (ASVS 6.3.8). */
async function timeRefusals(url: string): Promise<number> {
  const took: Record<string, number[]> = { [CREDENTIALS.email]: [], 'nobody@example.com': [] }
  for (let index = 0; index < REFUSALS; index++)
    for (const [email, times] of Object.entries(took)) {
      const begun = performance.now()
      await (await expectStatus(401, url, postJson({ email, password: 'not the password at all' }))).text()
      times.push(performance.now() - begun)
    }
  const [known = Number.NaN, unknown = Number.NaN] = Object.values(took).map((times) => spreadOf(times).median)
  return Math.abs(known - unknown)
}
