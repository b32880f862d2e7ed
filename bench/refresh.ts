/** What a refresh waits for while others sign in: both sign something, and only one of them has to hash a password. */
import type { Session } from '../src/modules/sessions/session-schema.ts'
import { CREDENTIALS, expectStatus, postJson, signUp } from './account.ts'
import { runForJson, startThreeger } from './children.ts'
import type { LoopResult } from './closed-loop.ts'
import { driveFetch } from './load.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const SIGN_INS = 16
const REFRESHES_PER_SECOND = 50
/** Each rests some seconds between two refreshes, however long one takes. */
const SESSIONS = 100
/** A turn holds enough refreshes for a p99, and enough sign-ins to fill every thread all the time. */
const TURN_FACTOR = 3

export interface RefreshLoad {
  url: string
  /** One of each session. */
  tokens: string[]
  perSecond: number
  seconds: number
}

export async function measureRefresh(options: ScenarioOptions): Promise<Report> {
  const { origin } = await startThreeger()
  const first = await signUp(origin)
  const signIn = { url: `${origin}/v1/auth/sign-in`, ...postJson(CREDENTIALS) }
  let tokens = [first.refreshToken]
  while (tokens.length < SESSIONS) {
    const answer = await expectStatus(200, signIn.url, signIn)
    tokens.push(((await answer.json()) as Session).refreshToken) // the server of this checkout
  }

  const seconds = options.seconds * TURN_FACTOR
  const refreshes = async (): Promise<LoopResult> => {
    const load: RefreshLoad = { url: `${origin}/v1/auth/refresh`, tokens, perSecond: REFRESHES_PER_SECOND, seconds }
    const result = (await runForJson('bench/children/refresher.ts', load)) as LoopResult & { tokens: string[] } // what it prints
    tokens = result.tokens
    return result
  }
  const signIns = () => driveFetch({ ...signIn, connections: SIGN_INS, seconds, mayBeBusy: true })
  const signInP99s: number[] = []
  const results = await interleave(options, {
    alone: refreshes,
    meanwhile: async () => {
      const [refreshed, signedIn] = await Promise.all([refreshes(), signIns()])
      signInP99s.push(signedIn.p99Ms)
      return refreshed
    },
  })
  return {
    scenario: 'refresh',
    comparisons: [
      {
        name: 'p99 of refresh beside sign-ins',
        unit: 'ms',
        ours: { name: `${SIGN_INS} sign-ins`, values: results.meanwhile.map(({ p99Ms }) => p99Ms) },
        reference: { name: 'alone', values: results.alone.map(({ p99Ms }) => p99Ms) },
      },
    ],
    figures: [
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
