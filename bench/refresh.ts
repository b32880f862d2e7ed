/**
 * The cost of a refresh compared with its own writes, and its wait while other clients sign in. Both operations make a
 * signature, but only a sign-in hashes a password.
 */
import { join } from 'node:path'
import type { Session } from '../src/modules/sessions/session-schema.ts'
import { CREDENTIALS, expectStatus, postJson, signUp } from './account.ts'
import { cpuOfEach, runForJson, startMeasuredThreeger, temporaryFolder } from './children.ts'
import type { LoopResult } from './closed-loop.ts'
import { driveFetch } from './load.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const CONNECTIONS = 32
const SIGN_INS = 16
const REFRESHES_PER_SECOND = 50
/** With so many sessions, each rests some seconds between two refreshes, even if a refresh is slow. */
const SESSIONS = 100
/** A turn has enough refreshes for a p99, and enough sign-ins to keep every thread busy. */
const TURN_FACTOR = 3

export interface RefreshLoad {
  url: string
  /** One token of each session. */
  tokens: string[]
  connections: number
  seconds: number
  /** Refreshes a second. Absent: the next refresh follows each answer. */
  perSecond?: number
}

/** The argument of `children/bare-commits.ts`. */
export interface CommitWork {
  /** The path of a new file. */
  file: string
  seconds: number
}

/** The output of `children/bare-commits.ts`. */
export interface BareCommits {
  perSecond: number
  /** CPU time of each commit, of all threads. */
  cpuMs: number
}

export async function measureRefresh(options: ScenarioOptions): Promise<Report> {
  const server = await startMeasuredThreeger()
  const { origin } = server
  const first = await signUp(origin)
  const signIn = { url: `${origin}/v1/auth/sign-in`, ...postJson(CREDENTIALS) }
  let tokens = [first.refreshToken]
  while (tokens.length < SESSIONS) {
    const answer = await expectStatus(200, signIn.url, signIn)
    tokens.push(((await answer.json()) as Session).refreshToken) // the server of this checkout
  }

  const seconds = options.seconds * TURN_FACTOR
  const refreshes = async (how: Pick<RefreshLoad, 'connections' | 'seconds' | 'perSecond'>): Promise<LoopResult> => {
    const load: RefreshLoad = { url: `${origin}/v1/auth/refresh`, tokens, ...how }
    const result = (await runForJson('bench/children/refresher.ts', load)) as LoopResult & { tokens: string[] } // its output
    tokens = result.tokens
    return result
  }
  const pace = { connections: 1, perSecond: REFRESHES_PER_SECOND, seconds }
  const commitWork: CommitWork = { file: join(temporaryFolder(), 'bare.db'), seconds: options.seconds }
  const signIns = () => driveFetch({ ...signIn, connections: SIGN_INS, seconds, mayBeBusy: true })
  const signInP99s: number[] = []
  const results = await interleave(options, {
    full: () => cpuOfEach(server, () => refreshes({ connections: CONNECTIONS, seconds: options.seconds })),
    commits: async () => (await runForJson('bench/children/bare-commits.ts', commitWork)) as BareCommits, // its output
    alone: () => refreshes(pace),
    meanwhile: async () => {
      const [refreshed, signedIn] = await Promise.all([refreshes(pace), signIns()])
      signInP99s.push(signedIn.p99Ms)
      return refreshed
    },
  })
  return {
    scenario: 'refresh',
    comparisons: [
      {
        name: `\`POST /v1/auth/refresh\` at ${CONNECTIONS} connections`,
        unit: 'refreshes/s',
        ours: { name: 'Threeger ID', values: results.full.map(({ perSecond }) => perSecond) },
        reference: {
          name: 'its writes alone, a commit each',
          values: results.commits.map(({ perSecond }) => perSecond),
        },
      },
      {
        name: `CPU of a refresh at ${CONNECTIONS} connections`,
        unit: 'ms',
        ours: { name: 'Threeger ID', values: results.full.map(({ cpuMs }) => cpuMs) },
        reference: { name: 'its writes alone, a commit each', values: results.commits.map(({ cpuMs }) => cpuMs) },
      },
      {
        name: 'p99 of refresh beside sign-ins',
        unit: 'ms',
        ours: { name: `${SIGN_INS} sign-ins`, values: results.meanwhile.map(({ p99Ms }) => p99Ms) },
        reference: { name: 'alone', values: results.alone.map(({ p99Ms }) => p99Ms) },
      },
    ],
    figures: [
      {
        name: `CPU of a refresh at ${CONNECTIONS} connections, of all threads`,
        unit: 'ms',
        values: results.full.map(({ cpuMs }) => cpuMs),
        below: 1.2,
      },
      {
        name: `refreshes at ${CONNECTIONS} connections`,
        unit: 'refreshes/s',
        values: results.full.map(({ perSecond }) => perSecond),
        atLeast: 3_000,
      },
      {
        name: `p99 of refresh beside ${SIGN_INS} sign-ins`,
        unit: 'ms',
        values: results.meanwhile.map(({ p99Ms }) => p99Ms),
        below: 50,
      },
      {
        name: `p99 of the ${SIGN_INS} sign-ins meanwhile`,
        unit: 'ms',
        values: signInP99s,
        below: 1500,
      },
    ],
    checks: ['Every token that was refreshed was the newest of its session.'],
  }
}
