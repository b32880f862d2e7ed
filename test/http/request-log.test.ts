import { expect, test } from 'bun:test'
import { createTestApp } from '../support/test-app.ts'

test('the line of a request has its time, also of one that is refused before it is routed', async () => {
  const t = await createTestApp({ env: { LOG_LEVEL: 'debug' } })
  try {
    const text = { method: 'POST', body: 'a', headers: { 'content-type': 'text/plain' } }
    const paths: [string, RequestInit][] = [
      ['/v1/auth/sign-in', text],
      ['/nowhere', {}],
      ['/', {}],
    ]
    for (const [path, init] of paths) await t.app.handle(new Request(`${t.deps.config.appUrl}${path}`, init))
    const times = () => t.logged.flatMap(({ fields }) => ('ms' in fields ? [Number(fields.ms)] : []))
    while (times().length < paths.length) await Bun.sleep(1)
    expect(times().every((ms) => ms >= 0 && ms < 60_000)).toBe(true)
  } finally {
    await t.close()
  }
})
