/** The same guarantees over random orders of the actions of an attacker and an owner (security.md 45). */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { call, PASSWORD, type Session } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { createPlanter, newestLink, ownerComesByMail, ownerResets, post } from './support/planter.ts'

setDefaultTimeout(300_000)

const BEGINNINGS = ['signUp', 'signUpWithPasskey', 'beginAnonymously'] as const
/** What an attacker does before the address is proved. */
const PLANTS = ['addPasskey', 'addApp', 'beginSignIn', 'signInAgain', 'askToMove', 'prepareUpgrade'] as const
/** The owner, or a person the owner trusts, opened the mail. Then the attacker still tries to get in. */
const LATER = ['signInAgain', 'askToMove', 'beginSignIn'] as const
const COMINGS = ['reset', 'mail'] as const

const orders = fc.record({
  beginning: fc.constantFrom(...BEGINNINGS),
  plants: fc.array(fc.constantFrom(...PLANTS), { maxLength: 5 }),
  clicked: fc.boolean(),
  later: fc.array(fc.constantFrom(...LATER), { maxLength: 2 }),
  comes: fc.array(fc.constantFrom(...COMINGS), { minLength: 1, maxLength: 2 }),
  upgradedBy: fc.constantFrom('upgrade', 'email'),
})

describe.each(['required', 'optional'] as const)('with verification %s', (mode) => {
  let t: TestApp
  beforeAll(async () => {
    t = await createTestApp({ env: { EMAIL_VERIFICATION: mode } })
  })
  afterAll(() => t.close())

  let people = 0
  test('after the owner proved the address, no planted credential signs in, requires a factor, moves the account or keeps a session', () =>
    fc.assert(
      fc.asyncProperty(orders, async ({ beginning, plants, clicked, later, comes, upgradedBy }) => {
        const email = `victim${people++}@example.com`
        const planter = createPlanter(t)
        const anonymous = beginning === 'beginAnonymously'
        await planter[beginning](email)
        // In `optional` mode it is no preparation, but the planter's own account.
        for (const plant of plants)
          if (plant !== 'prepareUpgrade' || (anonymous && mode === 'required')) await planter[plant](email)
        if (anonymous) await upgradeByOwner(t, planter.sessions()[0] as Session, email, upgradedBy)
        else if (clicked) {
          await post(t, '/v1/auth/verify-email', { token: await newestLink(t, email) })
          for (const plant of later) await planter[plant](email)
        }
        if (anonymous) expect(await planter.left()).toEqual([])
        for (const by of comes) {
          const owner = await (by === 'reset' ? ownerResets : ownerComesByMail)(t, email)
          expect([owner.status, owner.body.status, owner.body.user?.emailVerified]).toEqual([200, undefined, true])
          expect(await planter.left()).toEqual([])
          const { body } = await call(t, 'GET /v1/me', { token: owner.body.accessToken })
          expect(body).toMatchObject({ email, emailVerified: true })
        }
      }),
      { numRuns: process.env.LONG ? 400 : 25 },
    ))
})

/** The owner gets the session of an anonymous account, and upgrades the account. */
async function upgradeByOwner(t: TestApp, { accessToken }: Session, email: string, by: string): Promise<void> {
  if (by === 'upgrade') await post(t, '/v1/me/upgrade', { email, password: PASSWORD }, accessToken)
  else await post(t, '/v1/me/email', { email }, accessToken)
  const token = await newestLink(t, email)
  const proved = await post(t, '/v1/auth/verify-email', { token })
  if (proved.status !== 200) throw new Error(`verify-email: ${proved.status} ${proved.text}`)
}
