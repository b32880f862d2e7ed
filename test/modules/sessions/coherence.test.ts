/**
 * No answer is ever stale: random interleavings of writes and reads against a model.
 *
 * Writes to the user are made one after another, so the model's states have an order; reads run beside them. fast-check
 * decides, at every step into and out of the database, who goes on. A read must show a state that held at some moment
 * between its beginning and its end: never one from before a write that had been answered when the read began.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeJwt } from 'jose'
import type { Deps } from '../../../src/deps.ts'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

const RUNS = Number(process.env.PROPERTY_RUNS ?? 40)

let t: TestApp
let admin: Session
let userId: string
let pause: (label: string) => Promise<void> = async () => {}

/** The real database with a pause before and after every statement and batch. */
function paused(db: Deps['db']): void {
  const client = db.$client
  const { execute, batch } = client
  client.execute = async (...args: Parameters<typeof execute>) => {
    await pause('before read')
    const result = await execute.apply(client, args)
    await pause('after read')
    return result
  }
  client.batch = async (...args: Parameters<typeof batch>) => {
    await pause('before batch')
    const result = await batch.apply(client, args)
    await pause('after batch')
    return result
  }
}

beforeAll(async () => {
  t = await createTestApp({ env: { ACCESS_TTL_SECONDS: '86400' } })
  admin = await setUpAdmin(t)
  userId = (await signUp(t, 'subject@example.com')).user.id
  paused(t.deps.db)
})
afterAll(() => t.close())

/** What a session must see: undefined is 401. */
type Sight = string | undefined
interface State {
  active: boolean
  roles: string
  alive: ReadonlySet<number>
}
const initial: State = { active: true, roles: 'user', alive: new Set([0]) }
const sight = (state: State, session: number): Sight =>
  state.active && state.alive.has(session) ? state.roles : undefined

type Write =
  | { kind: 'sign-in' }
  | { kind: 'sign-out' | 'end-others' | 'step-up'; session: number }
  | { kind: 'end-one'; session: number; by: number }
  | { kind: 'disable' | 'enable' | 'end-all' | 'promote' | 'demote' }

const writes = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.constant<Write>({ kind: 'sign-in' }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom('sign-out' as const, 'end-others' as const, 'step-up' as const),
        session: fc.nat(4),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('end-one' as const), session: fc.nat(4), by: fc.nat(4) }) },
    {
      weight: 6,
      arbitrary: fc.constantFrom<Write>(
        ...(['disable', 'enable', 'end-all', 'promote', 'demote'] as const).map((kind) => ({ kind })),
      ),
    },
  ),
  { minLength: 2, maxLength: 8 },
)

test(`${RUNS} random interleavings of sign-in, sign-out, step-up, ending others, disable, role change and reads show nothing stale`, async () => {
  let reads = 0
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      writes,
      fc.array(fc.record({ at: fc.nat(7), session: fc.nat(4) }), { minLength: 8, maxLength: 24 }),
      async (scheduler, plan, readers) => {
        pause = async () => {}
        const token = admin.accessToken
        await call(t, `POST /v1/users/${userId}/enable`, { token })
        await call(t, `DELETE /v1/users/${userId}/sessions`, { token })
        await call(t, `PATCH /v1/users/${userId}`, { token, body: { roles: ['user'] } })
        const sessions = [(await signIn(t, 'subject@example.com')).accessToken]

        const states: State[] = [initial]
        let answered = 0
        pause = (label) => scheduler.schedule(Promise.resolve(), label)

        const observations: { sees: Sight; session: number; from: number; to: number }[] = []
        const read = async (choice: number) => {
          await pause('reader begins')
          const session = choice % sessions.length
          const from = answered
          const answer = await call<{ roles: string[] }>(t, 'GET /v1/me', { token: sessions[session] })
          expect([200, 401]).toContain(answer.status)
          const sees = answer.status === 200 ? answer.body.roles.join() : undefined
          observations.push({ sees, session, from, to: states.length - 1 })
        }
        const running: Promise<void>[] = []
        const writer = (async () => {
          for (const [index, write] of plan.entries()) {
            for (const reader of readers) if (reader.at === index) running.push(read(reader.session))
            await pause('writer begins')
            states.push(next(states.at(-1) ?? initial, write, sessions.length)) // from here on a read may see it
            await perform(write, sessions)
            answered = states.length - 1 // from here on a read must
          }
          await Promise.all(running)
          for (let session = 0; session < sessions.length; session++) await read(session)
        })()
        await scheduler.waitFor(writer)

        for (const { sees, session, from, to } of observations) {
          const possible = states.slice(from, to + 1).map((state) => sight(state, session))
          expect(possible).toContain(sees)
          reads++
        }
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  )
  expect(reads).toBeGreaterThan(RUNS * 3)
}, 300_000)

function next(state: State, write: Write, sessionCount: number): State {
  const asks = (session: number) => state.active && state.alive.has(session)
  switch (write.kind) {
    case 'sign-in':
      return state.active ? { ...state, alive: new Set([...state.alive, sessionCount]) } : state
    case 'sign-out':
      return state.active ? { ...state, alive: state.alive.difference(new Set([write.session])) } : state
    case 'end-one':
      return asks(write.by) ? { ...state, alive: state.alive.difference(new Set([write.session])) } : state
    case 'end-others':
      return asks(write.session) ? { ...state, alive: new Set([write.session]) } : state
    case 'step-up':
      return asks(write.session)
        ? { ...state, alive: state.alive.difference(new Set([write.session])).union(new Set([sessionCount])) }
        : state
    case 'disable':
      return { ...state, active: false, alive: new Set() }
    case 'enable':
      return { ...state, active: true }
    case 'end-all':
      return { ...state, alive: new Set() }
    case 'promote':
      return { ...state, roles: 'admin,user' }
    case 'demote':
      return { ...state, roles: 'user' }
  }
}

async function perform(write: Write, sessions: string[]): Promise<void> {
  const token = admin.accessToken
  switch (write.kind) {
    case 'sign-in': {
      const answer = await call<Session>(t, 'POST /v1/auth/sign-in', {
        body: { email: 'subject@example.com', password: PASSWORD },
      })
      if (answer.status === 200) sessions.push(answer.body.accessToken)
      return
    }
    case 'sign-out':
      await call(t, 'POST /v1/auth/sign-out', { token: sessions[write.session] ?? 'nobody' })
      return
    case 'end-one': {
      const target = sessions[write.session] ?? ''
      const id = target === '' ? `ses_${'0'.repeat(32)}` : decodeJwt<{ sid: string }>(target).sid
      await call(t, `DELETE /v1/me/sessions/${id}`, { token: sessions[write.by] ?? 'nobody' })
      return
    }
    case 'end-others':
      await call(t, 'DELETE /v1/me/sessions', { token: sessions[write.session] ?? 'nobody' })
      return
    case 'step-up': {
      const token = sessions[write.session] ?? 'nobody'
      const answer = await call<Session>(t, 'POST /v1/auth/step-up', { token, body: { password: PASSWORD } })
      if (answer.status === 200) sessions.push(answer.body.accessToken)
      return
    }
    case 'disable':
    case 'enable':
      await call(t, `POST /v1/users/${userId}/${write.kind}`, { token })
      return
    case 'end-all':
      await call(t, `DELETE /v1/users/${userId}/sessions`, { token })
      return
    case 'promote':
    case 'demote': {
      const roles = write.kind === 'promote' ? ['admin', 'user'] : ['user']
      await call(t, `PATCH /v1/users/${userId}`, { token, body: { roles } })
    }
  }
}
