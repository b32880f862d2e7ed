/** The frame of the console in a real Chromium: who sees what, where the focus goes, and what happens when nothing fits. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { checkPage } from '../../support/page-checks.ts'
import { ADMIN, browserPath, type Console, heading, startConsole } from './support/console.ts'

setDefaultTimeout(300_000)

let c: Console

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    c = await startConsole()
  })
  afterAll(() => c?.stop())

  test('an administrator sees the first section, and every state of the frame is clean', async () => {
    await c.person('ada@example.com', ['user'], { name: 'Ada Lovelace' })
    const { page, complaints, leave } = await c.as(ADMIN, '/console/users')
    await heading(page, 'Users')
    await page.getByRole('link', { name: 'ada@example.com' }).waitFor()
    expect(await checkPage(page, 'console-users')).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })
})
