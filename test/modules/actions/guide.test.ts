/** The program of docs/actions.md does what the guide says. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { call, PASSWORD } from '../../support/client.ts'
import { freePort } from '../../support/ports.ts'
import { createWorld, makeAction, setUpAdmin } from './support/world.ts'

const ROOT = join(import.meta.dir, '../../..')

test('it verifies what it is asked, and decides', async () => {
  const guide = await Bun.file(join(ROOT, 'docs/actions.md')).text()
  const program = /```ts\n([\s\S]*?)```/.exec(guide)?.[1] ?? ''
  const t = await createWorld()
  const { accessToken: token } = await setUpAdmin(t)
  const port = freePort()
  const url = `http://127.0.0.1:${port}/`
  const { id, secret } = await makeAction(t, token, { url, enabled: false })
  // Its library compares the time with the clock of the machine.
  t.clock.advance(Date.now() - t.clock.now())
  const child = Bun.spawn(['bun', '-e', program], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ACTION_SECRET: secret, PORT: String(port) },
    stdout: 'ignore',
  })
  try {
    while (!(await fetch(url, { method: 'POST', body: '{}' }).catch(() => undefined))) await Bun.sleep(20)
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401) // without a signature
    const { body } = await call<{ accessToken: string }>(t, 'POST /v1/auth/sign-in', {
      body: { email: 'admin@example.com', password: PASSWORD },
    })
    const enabled = await call(t, `PATCH /v1/actions/${id}`, { token: body.accessToken, body: { enabled: true } })
    expect(enabled.status).toBe(200)
    const signUp = (email: string) => call(t, 'POST /v1/auth/sign-up', { body: { email, password: PASSWORD } })
    expect((await signUp('eve@rival.example')).body).toMatchObject({
      code: 'action.denied',
      detail: 'Please ask us first.',
    })
    expect((await signUp('ada@example.com')).status).toBe(201)
  } finally {
    child.kill()
    await child.exited
    await t.close()
  }
})
