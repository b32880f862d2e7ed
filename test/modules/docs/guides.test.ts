import { expect, test } from 'bun:test'
import { MCP_GUIDE as GUIDE_FILE, toHtml, withExamples } from '../../../src/build/guides.ts'
import { MCP_GUIDE } from '../../../src/modules/docs/mcp.generated.ts'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN } from '../../support/test-app.ts'

const markdown = await Bun.file(GUIDE_FILE).text()

test('docs/mcp.md shows the files of examples as they are, and /docs/mcp is made of it', async () => {
  expect(await withExamples(markdown), 'run `bun run guides`').toBe(markdown)
  expect(toHtml(markdown), 'run `bun run guides`').toBe(MCP_GUIDE)
  expect(markdown).toContain(await Bun.file('examples/mcp-server.ts').text())
})

test('/docs/mcp names the server that serves it, and has no script', async () => {
  const t = await createTestApp()
  const { status, headers, text } = await call(t, 'GET /docs/mcp')
  await t.close()
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(text).toContain(`${ORIGIN}/v1/resources`)
  expect(text).not.toContain('127.0.0.1:3000')
  expect(text).not.toMatch(/<script|<a href="(?!\/|#|https)/)
})
