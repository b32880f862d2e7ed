/** Two processes on one libSQL server: an action that is set up, changed or ended on one counts on the other within a second. */
import { afterAll, beforeAll, expect, setDefaultTimeout } from 'bun:test'
import { createPatientFetch } from '../../support/patient-fetch.ts'
import { call, PASSWORD, setUpAdmin } from '../../support/client.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { decides, type Program, startProgram } from './support/program.ts'
import { makeAction } from './support/world.ts'

setDefaultTimeout(300_000) // a libSQL server on a machine that runs other tests too

const present = await hasSqld()
const sqldTest = testWith(present, 'sqld (test/parts)')

let server: Sqld
let here: TestApp
let there: TestApp
let program: Program
beforeAll(async () => {
  if (!present) return
  server = await startSqld()
  const open = () =>
    createTestApp({
      env: { DATABASE_URL: server.url, WEBHOOK_PRIVATE_TARGETS: 'allow' },
      deps: { fetchPublic: createPatientFetch({ privateTargets: false }) },
    })
  here = await open()
  there = await open()
  program = await startProgram()
}, 300_000)
afterAll(async () => {
  program?.stop()
  await here?.close()
  await there?.close()
  await server?.stop()
})

let people = 0
const signUp = async () => {
  const body = { email: `someone${++people}@example.com`, password: PASSWORD }
  return (await call(there, 'POST /v1/auth/sign-up', { body })).status
}

sqldTest('it is set up, disabled, enabled and deleted elsewhere', async () => {
  const { accessToken: token } = await setUpAdmin(here)
  expect(await signUp()).toBe(201) // this process knows by now that there is none
  program.answer = decides({ decision: 'deny' })
  const { id } = await makeAction(here, token, { url: program.url })
  const path = `/v1/actions/${id}`
  there.clock.advance(1000)
  expect(await signUp()).toBe(403)
  await call(here, `PATCH ${path}`, { token, body: { enabled: false } })
  there.clock.advance(1000)
  expect(await signUp()).toBe(201)
  await call(here, `PATCH ${path}`, { token, body: { enabled: true } })
  there.clock.advance(1000)
  expect(await signUp()).toBe(403)
  expect((await call(here, `DELETE ${path}`, { token })).status).toBe(204)
  there.clock.advance(1000)
  expect(await signUp()).toBe(201)
})
