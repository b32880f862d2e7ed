import { setUpAdmin, call } from './support/client.ts'
import { createTestApp } from './support/test-app.ts'
import { bulk, insertPeople, progressOf } from './modules/bulk-actions/support/people.ts'
const t = await createTestApp()
const { accessToken: token } = await setUpAdmin(t)
const N = Number(process.argv[2] ?? 5000)
const ids = await insertPeople(t, N)
for (const action of ['disable', 'enable', 'disable', 'end_sessions', 'delete']) {
  const { body } = await bulk(t, token, { action, filter: { all: true } })
  const cpu = process.cpuUsage()
  const from = performance.now()
  await t.work()
  const ms = performance.now() - from
  const used = process.cpuUsage(cpu)
  const cpuMs = (used.user + used.system) / 1000
  const p = await progressOf(t, token, body.id)
  console.log(action, p.state, p.changed, `${Math.round((N / ms) * 1000)}/s`, `${Math.round((N / cpuMs) * 1000)}/s of cpu`)
}
{
  const n = 500
  const some = await insertPeople(t, n)
  const cpu = process.cpuUsage()
  const from = performance.now()
  for (const id of some) await call(t, `POST /v1/users/${id}/disable`, { token })
  const used = process.cpuUsage(cpu)
  console.log('single', `${Math.round((n / (performance.now() - from)) * 1000)}/s`, `${Math.round((n / ((used.user + used.system) / 1000)) * 1000)}/s of cpu`)
}
await t.close()
process.exit(0)
