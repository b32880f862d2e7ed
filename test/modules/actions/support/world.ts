import { createPatientFetch } from '../../../support/patient-fetch.ts'
import { call, setUpAdmin } from '../../../support/client.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../../../support/test-app.ts'

export interface MadeAction {
  id: string
  secret: string
}

/** An app that sends over real sockets, also to this machine. */
export async function createWorld({ env = {}, deps = {} }: TestAppOptions = {}): Promise<TestApp> {
  const fetchPublic = createPatientFetch({ privateTargets: false })
  return createTestApp({ env: { WEBHOOK_PRIVATE_TARGETS: 'allow', ...env }, deps: { fetchPublic, ...deps } })
}

export async function makeAction(t: TestApp, token: string, body: Record<string, unknown>): Promise<MadeAction> {
  const answer = await call<MadeAction>(t, 'POST /v1/actions', { token, body: { trigger: 'sign_up', ...body } })
  if (answer.status !== 201) throw new Error(`action: ${answer.status} ${answer.text}`)
  return answer.body
}

/** Ends every action, so that the next test begins with none. */
export async function endActions(t: TestApp, token: string): Promise<void> {
  const { body } = await call<{ items: { id: string }[] }>(t, 'GET /v1/actions', { token })
  for (const { id } of body.items) await call(t, `DELETE /v1/actions/${id}`, { token })
}

export const eventsOf = async (t: TestApp, type: string) =>
  (await t.deps.db.$client.execute({ sql: 'SELECT * FROM events WHERE type = ? ORDER BY rowid', args: [type] })).rows

export { setUpAdmin }
