/** A form of another site is refused with a sentence for people. */
import { expect, test } from 'bun:test'
import { locales } from '../../../src/lib/languages.ts'
import { call } from '../../support/client.ts'
import { createTestApp } from '../../support/test-app.ts'

test.each(['POST /device', 'POST /oauth/consent'])('%s', async (head) => {
  const t = await createTestApp()
  const titles = new Set<string>()
  for (const language of locales) {
    const { status, text } = await call(t, head, {
      headers: { origin: 'https://evil.example', accept: 'text/html', 'accept-language': language },
      body: new URLSearchParams({ decision: 'allow' }),
    })
    expect([status, text.includes('session cookie')]).toEqual([403, false])
    titles.add(/<h1[^>]*>([^<]*)/.exec(text)?.[1] ?? '')
  }
  expect([titles.size, titles.has('')]).toEqual([locales.length, false])
  const program = await call<{ code: string }>(t, head, {
    headers: { origin: 'https://evil.example' },
    body: new URLSearchParams({ decision: 'allow' }),
  })
  expect(program.body.code).toBe('request.origin_refused')
  await t.close()
})
