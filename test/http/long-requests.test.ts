/** A client chooses the length of the path and the headers: the server reads them once, in linear time. */
import { afterEach, beforeEach, expect, spyOn, test } from 'bun:test'
import { clientOf, parseProxyRanges } from '../../src/lib/addresses.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

test.each([
  ['GET', '/a'],
  ['GET', '/'],
  ['DELETE', '/v1/users/a'],
  ['POST', '/docs/a'],
])('%s of a path of 4,000 parts takes it apart once, and no further than a route goes', async (method, part) => {
  const split = spyOn(String.prototype, 'split')
  let parts: number[]
  try {
    const response = await t.app.handle(new Request(`${ORIGIN}${part.repeat(4_000).slice(0, 8_000)}`, { method }))
    expect([404, 405]).toContain(response.status)
    parts = split.mock.results.map(({ value }) => (value as string[]).length).filter((length) => length > 20)
  } finally {
    split.mockRestore()
  }
  expect(parts.length).toBeLessThanOrEqual(1)
  expect(Math.max(0, ...parts)).toBeLessThan(100)
})

test.each([
  ['empty items', ','],
  ['blank items', ' ,'],
  ['addresses of proxies', '10.0.0.1,'],
])('X-Forwarded-For of 16 KiB of %s is copied no oftener than once', (_, item) => {
  const trusted = parseProxyRanges(['10.0.0.0/8']) ?? []
  const header = `203.0.113.7${','}${item.repeat(Math.floor(16_000 / item.length))}`
  const slice = spyOn(String.prototype, 'slice')
  let copied: number
  try {
    expect(clientOf('10.0.0.9', header, trusted)).toEqual({ address: '203.0.113.7', unreadable: false })
    copied = slice.mock.results.reduce((sum, { value }) => sum + (value as string).length, 0)
  } finally {
    slice.mockRestore()
  }
  expect(copied).toBeLessThanOrEqual(header.length)
})
