/** The table of the console in a real Chromium: a long list is read by cursor, and the document holds only what can be seen. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { writePeople } from '../users/support/people.ts'
import { ADMIN, browserPath, type Console, startConsole } from './support/console.ts'

setDefaultTimeout(300_000)

const PEOPLE = 2_500
let c: Console

const name = (index: number) => `p${String(index).padStart(4, '0')}@table.example`
const rows = (page: Page) => page.locator('tbody tr[data-index]')
/** The list as it was read: what stands in each row that came into sight. */
async function collect(page: Page, into: Map<number, string>): Promise<number> {
  const seen = await rows(page).evaluateAll((found) =>
    found.map(
      (row) => [Number((row as HTMLElement).dataset.index), row.querySelector('a')?.textContent ?? ''] as const,
    ),
  )
  for (const [index, text] of seen) {
    if (into.has(index)) expect(into.get(index)).toBe(text)
    into.set(index, text)
  }
  return seen.length
}

/** Turns the wheel until this row is drawn, at most so far at once. It turns back if the row was passed. */
async function goTo(page: Page, row: number, wheelPx: number): Promise<void> {
  for (;;) {
    const drawn = await rows(page).evaluateAll((found) =>
      found.map((one) => Number((one as HTMLElement).dataset.index)),
    )
    if (drawn.includes(row)) return
    if (drawn.length === 0) continue // the page of these rows is on its way
    const [first = 0, last = 0] = [drawn.at(0), drawn.at(-1)]
    // A row is higher than 40 px, so a turn ends before the row.
    const px = (row > last ? row - last : row - first) * 40
    await page.mouse.wheel(0, Math.max(-wheelPx, Math.min(wheelPx, px)))
  }
}

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    c = await startConsole()
    const people = Array.from({ length: PEOPLE }, (_, index) => ({
      id: c.t.deps.random.id('usr'),
      email: name(index),
      name: index % 7 === 0 ? '' : `Person ${index}`,
      status: index % 10 === 0 ? ('disabled' as const) : ('active' as const),
      roles: ['user'],
      createdAt: c.t.clock.now() + 1_000 + Math.floor(index / 3), // three at the same time: the id decides between them
    }))
    await writePeople(c.t.deps.db, people)
  })
  afterAll(() => c?.stop())

  test('to the end of the list: few rows, pages by cursor, nothing twice and nothing missing', async () => {
    const { page, requests, complaints, leave } = await c.as(ADMIN, '/console/users?sort=email&q=table.example')
    await page.getByRole('link', { name: name(0) }).waitFor()
    const seen = new Map<number, string>()
    let most = 0
    while (seen.size < PEOPLE) {
      const before = seen.size
      most = Math.max(most, await collect(page, seen))
      await page.mouse.wheel(0, 600)
      if (seen.size === before) await page.waitForTimeout(20)
    }
    expect(most).toBeLessThan(60)
    expect([...seen.entries()].sort(([a], [b]) => a - b).map(([, text]) => text)).toEqual(
      Array.from({ length: PEOPLE }, (_, index) => name(index)),
    )
    const asked = requests.map((request) => new URL(request.url())).filter(({ pathname }) => pathname === '/v1/users')
    expect(asked.length).toBe(PEOPLE / 100)
    expect(asked.filter(({ searchParams }) => searchParams.has('cursor')).length).toBe(PEOPLE / 100 - 1)
    expect(asked.some(({ searchParams }) => searchParams.has('offset'))).toBe(false)
    expect(new Set(asked.map(({ search }) => search)).size).toBe(asked.length)
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe(String(PEOPLE + 1))
    expect(complaints).toEqual([])
    await leave()
  })

  test('back from the end: what was let go is read again by its cursor, and each row is in its place', async () => {
    const { page, requests, complaints, leave } = await c.as(ADMIN, '/console/users?sort=email&q=table.example')
    await page.getByRole('link', { name: name(0) }).waitFor()
    const asked = () =>
      requests.map((request) => new URL(request.url())).filter(({ pathname }) => pathname === '/v1/users')
    await goTo(page, PEOPLE - 1, 3_000)
    const down = asked().map(({ search }) => search)
    const seen = new Map<number, string>()
    // Some rows at a time, each waited for: a turn that passes rows whose page is on its way would leave them unseen.
    for (let lowest = PEOPLE; lowest > 0; lowest = Math.min(...seen.keys())) {
      await goTo(page, Math.max(0, lowest - 15), 600)
      expect(await collect(page, seen)).toBeLessThan(60)
    }
    expect([...seen.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: PEOPLE }, (_, index) => index))
    for (const [index, text] of seen) expect(text).toBe(name(index))
    // Most pages were still there. The others were asked for as on the way down.
    const up = asked()
      .map(({ search }) => search)
      .slice(down.length)
    expect(up.length).toBeGreaterThan(0)
    expect(up.length).toBeLessThan(PEOPLE / 200)
    expect(down).toEqual(expect.arrayContaining(up))
    expect(complaints).toEqual([])
    await leave()
  })

  test('another order begins at its first row, however far the person was', async () => {
    const { page, leave } = await c.as(ADMIN, '/console/users?sort=email&q=table.example')
    await page.getByRole('link', { name: name(0) }).waitFor()
    await goTo(page, 700, 3_000)
    await page.getByRole('button', { name: /^E-mail/ }).click()
    await page.getByRole('link', { name: name(PEOPLE - 1) }).waitFor()
    await page.waitForFunction(
      () => (document.querySelector('tr[data-index="0"]')?.getBoundingClientRect().top ?? -1) > 0,
    )
    expect(await page.getByRole('button', { name: /^E-mail/ }).isVisible()).toBe(true)
    await leave()
  })

  test('the keyboard goes from row to row, over the rows that are drawn and over pages', async () => {
    const { page, leave } = await c.as(ADMIN, '/console/users?sort=email&q=table.example')
    await page.getByRole('link', { name: name(0) }).focus()
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    for (let index = 1; index <= 130; index++) {
      await page.keyboard.press('ArrowDown')
      await page.waitForFunction((text) => document.activeElement?.textContent === text, name(index))
    }
    expect(await page.locator(':focus').isVisible()).toBe(true)
    await page.keyboard.press('Home')
    await page.waitForFunction((text) => document.activeElement?.textContent === text, name(0))
    expect(await focused()).toBe(name(0))
    await page.keyboard.press('End')
    await page.waitForFunction((text) => (document.activeElement?.textContent ?? '') > text, name(130))
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/console\/users\/usr_/)
    await leave()
  })

  test('the search waits for a pause, and an answer that comes late is dropped', async () => {
    const { page, requests, leave } = await c.as(ADMIN, '/console/users')
    await rows(page).first().waitFor()
    let held: (() => void) | undefined
    await page.route(/\/v1\/users\?.*q=p0001/, async (route) => {
      await new Promise<void>((resolve) => {
        held = resolve
      })
      await route.continue().catch(() => undefined) // the page has given it up
    })
    const box = page.getByLabel('Search by name or e-mail')
    const asked = page.waitForRequest(/q=p0001/)
    // In one task of the page: a machine that is busy makes no pause between two letters.
    await box.evaluate((input: HTMLInputElement) => {
      for (const text of ['p', 'p0', 'p00', 'p000', 'p0001']) {
        input.value = text
        input.dispatchEvent(new Event('input', { bubbles: true }))
      }
    })
    await asked
    await box.fill('p0002')
    await page.getByRole('link', { name: name(2) }).waitFor()
    held?.()
    await page.waitForTimeout(200)
    expect(await rows(page).count()).toBe(1)
    expect(await rows(page).first().textContent()).toContain(name(2))
    const words = requests
      .map((request) => new URL(request.url()))
      .filter(({ pathname }) => pathname === '/v1/users')
      .map(({ searchParams }) => searchParams.get('q'))
    expect(words.filter((word) => word !== null)).toEqual(['p0001', 'p0002'])
    await leave()
  })

  test('filters and the order stand in the address, and the back button finds them', async () => {
    const { page, leave } = await c.as(ADMIN, '/console/users')
    await rows(page).first().waitFor()
    await page.getByLabel('Status').selectOption('disabled')
    await page.getByRole('button', { name: /^E-mail/ }).click()
    await page.getByRole('link', { name: name(0) }).waitFor()
    expect(new URL(page.url()).search).toBe('?status=disabled&sort=email')
    expect(await page.getByRole('columnheader', { name: /^E-mail/ }).getAttribute('aria-sort')).toBe('ascending')
    await page.getByRole('button', { name: /^E-mail/ }).click()
    await page.getByRole('link', { name: name(PEOPLE - 10) }).waitFor()
    await page.getByRole('link', { name: name(PEOPLE - 10) }).click()
    await page.getByRole('heading', { level: 1, name: `Person ${PEOPLE - 10}` }).waitFor()
    await page.goBack()
    await page.getByRole('link', { name: name(PEOPLE - 10) }).waitFor()
    expect(new URL(page.url()).search).toBe('?status=disabled&sort=-email')
    await page.getByLabel('Search by name or e-mail').fill('nobody at all')
    await page.getByText('No user matches.').waitFor()
    await page.getByRole('button', { name: 'Show all users' }).click()
    await rows(page).first().waitFor()
    expect(await page.getByLabel('Search by name or e-mail').inputValue()).toBe('')
    await leave()
  })
})
