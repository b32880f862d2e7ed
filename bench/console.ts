/** The long lists of the console in a real Chromium: 1,000,000 users and events, 100,000 organisations, beside 1,000 of each. */
import { join } from 'node:path'
import { browserPath, launchChromium } from '../test/support/chromium.ts'
import { freePort } from '../test/support/ports.ts'
import { BenchError } from './bench-error.ts'
import { startThreeger, temporaryFolder } from './children.ts'
import { type Administrator, administratorOf } from './console/administrator.ts'
import { fillDatabase } from './lists/fill.ts'
import { BIG_ORG, personAt, populationOf } from './lists/people.ts'
import { type Report, spreadOf } from './report.ts'
import type { ScenarioOptions } from './scenario.ts'

const SIZES = [1_000, 1_000_000] as const
/** Rows that a person reads, and rows of ten minutes in which the wheel never rests. */
const FAR = 5_000
const TEN_MINUTES = 100_000
const SEARCH = 'Search by name or e-mail'

/** By the name of what was done: a value for each round, and how it is written. */
type Measured = Map<string, { values: number[]; write: (value: number) => string }>

const ms = (value: number) => `${Math.round(value)} ms`
const count = (value: number) => Math.round(value).toLocaleString('en')
const mb = (value: number) => `${value.toFixed(1)} MB`

export async function measureConsole({ rounds, progress, users = SIZES }: ScenarioOptions): Promise<Report> {
  const scenario = 'console'
  if (browserPath === undefined)
    return {
      scenario,
      comparisons: [],
      figures: [],
      checks: ['console: left out, because there is no chromium on PATH.'],
    }
  const turns = Math.min(rounds, 5)
  const total = users.length * (1 + turns)
  const results: Measured[] = []
  for (const [index, size] of users.entries()) {
    const file = join(temporaryFolder(), `${size}.db`)
    await fillDatabase(file, populationOf(size), (done, all) => progress(index * (1 + turns) + done / all, total))
    results.push(await measure(file, size, turns, (done) => progress(index * (1 + turns) + 1 + done, total)))
  }
  progress(total, total)
  return {
    scenario,
    comparisons: [],
    figures: [],
    tables: [
      {
        headings: ['in the console', ...users.map((size) => `${size.toLocaleString('en')} users`)],
        rows: [...(results.at(-1)?.keys() ?? [])].map((name) => [
          name,
          ...results.map((result) => {
            const found = result.get(name)
            return found === undefined ? '–' : found.write(spreadOf(found.values).median)
          }),
        ]),
      },
    ],
    checks: [
      `Medians of ${turns} visits, by Chromium at 1280 × 900. Every list showed what was asked for last, and no page had an error.`,
      'Scrolled rows were asked for once each, by cursor.',
    ],
  }
}

async function measure(file: string, size: number, turns: number, progress: (done: number) => void): Promise<Measured> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  // Plain http is for development alone. Pages and programs are those of production.
  const server = await startThreeger(`file:${file}`, { NODE_ENV: 'development', APP_URL: origin, PORT: String(port) })
  const browser = await launchChromium()
  const measured: Measured = new Map()
  try {
    for (let turn = -1; turn < turns; turn++) {
      const administrator = await administratorOf(browser, origin)
      const note = (name: string, value: number, write: (value: number) => string) => {
        // The first visit is not counted: it makes the program and reads the file from the disk.
        if (turn < 0) return
        const values = measured.get(name)?.values ?? []
        measured.set(name, { values: [...values, value], write })
      }
      await visitUsers(administrator, size, note)
      await visitOthers(administrator, size, note)
      // Once is enough: it is the longest part.
      if (turn === 0 && size > FAR) await scrollForLong(administrator, note)
      await administrator.leave()
      progress(turn + 1)
    }
  } finally {
    await browser.close()
    await server.stop()
  }
  return measured
}

type Note = (name: string, value: number, write: (value: number) => string) => void

async function visitUsers(a: Administrator, size: number, note: Note): Promise<void> {
  note('users: opened', await a.open('/console/users'), ms)
  note('users: requests for that', a.requests().length, count)

  const maria = await a.type(SEARCH, 'maria', (row) => /maria/i.test(row))
  note('`maria` typed: from the last letter to its rows', maria, ms)
  note('`maria`: requests', a.requests().length, count)
  const [rare = ''] = personAt(size - 1)[1].split('@')
  note('one address, with a pause after each letter: the slowest answer', await a.spell(SEARCH, rare), ms)
  note('one address: requests for each letter', a.requests().length / rare.length, (value) => value.toFixed(1))

  const page = a.page
  await a.open('/console/users')
  a.requests()
  const far = Math.min(FAR, size) - 1
  const { seconds, most } = await a.scrollTo(far)
  note('5,000 users by wheel, or all: rows a second', far / seconds, count)
  note('5,000 users by wheel: rows in the document, at most', most, count)
  const pages = a.requests()
  if (new Set(pages.map(({ search }) => search)).size !== pages.length)
    throw new BenchError('a page was asked for twice', pages.map(String).join('\n'))
  note('5,000 users by wheel: requests', pages.length, count)

  const press = (key: string, least: number, most: number) => async () => {
    await page.locator('main tbody tr[data-index] a').nth(12).focus()
    await page.keyboard.press(key)
    await page.waitForFunction(
      ([from = 0, to = 0]) => {
        const at = Number(document.activeElement?.closest('tr')?.dataset.index)
        return at >= from && at <= to
      },
      [least, most],
    )
  }
  note('Home: back to the first row', await a.untilRows(press('Home', 0, 0), () => true), ms)
  note('End: to the last row that was read', await a.untilRows(press('End', 900, size), () => true), ms)

  await a.scrollTo(200)
  const choose = (label: string, value: string) => async () =>
    void (await page.getByRole('combobox', { name: label }).selectOption(value))
  note(
    'users: status chosen',
    await a.untilRows(choose('Status', 'disabled'), (rows) => rows.every((row) => /disabled/.test(row))),
    ms,
  )
  note(
    'users: role chosen too',
    await a.untilRows(choose('Role', 'user'), (rows) => rows.every((row) => /user/.test(row))),
    ms,
  )
  await choose('Status', '')()
  await choose('Role', '')()
  const sortBy = (name: RegExp) => async () => void (await page.getByRole('button', { name }).click())
  note('users: sorted by e-mail', await a.untilRows(sortBy(/^E-mail/), (rows) => /^a/.test(rows[0] ?? '')), ms)
  note('users: sorted from the end', await a.untilRows(sortBy(/^E-mail/), (rows) => /^z/.test(rows[0] ?? '')), ms)

  for (const [title, query] of [
    ['all', ''],
    ['status disabled', '?status=disabled'],
    ['`maria`', '?q=maria'],
  ] as const) {
    await a.open(`/console/users${query}`)
    await page.getByRole('button', { name: 'Act on many' }).click()
    const began = performance.now()
    await page.getByLabel('What to do').selectOption('end_sessions')
    await page.getByRole('button', { name: /^End all sessions: .*users$/ }).waitFor()
    note(`act on many (${title}): until the number is there`, performance.now() - began, ms)
    await page.getByRole('button', { name: 'Cancel' }).click()
  }
}

async function visitOthers(a: Administrator, size: number, note: Note): Promise<void> {
  const far = Math.min(1_000, size) - 1
  note('organisations: opened', await a.open('/console/orgs'), ms)
  const typed = await a.type('Search by name or slug', 'miller m', (row) => /miller m/i.test(row))
  note('organisations: `miller m` typed: from the last letter to its rows', typed, ms)
  await a.open('/console/orgs')
  const orgs = await a.scrollTo(far)
  note('organisations: 1,000 rows by wheel, rows a second', far / orgs.seconds, count)
  note('organisations: rows in the document, at most', orgs.most, count)
  note('members of the largest organisation: opened', await a.open(`/console/orgs/${BIG_ORG}/members`), ms)

  note('audit log: opened', await a.open('/console/audit-log'), ms)
  const log = await a.scrollTo(far)
  note('audit log: 1,000 rows by wheel, rows a second', far / log.seconds, count)
  note('audit log: rows in the document, at most', log.most, count)
  const rare = async () => void (await a.page.getByRole('combobox', { name: 'Event' }).selectOption('user.disabled'))
  note(
    'audit log: a rare event chosen',
    await a.untilRows(rare, (rows) => rows.every((row) => /user.disabled/.test(row))),
    ms,
  )
}

async function scrollForLong(a: Administrator, note: Note): Promise<void> {
  await a.open('/console/users')
  await a.scrollTo(200)
  const before = await a.heapMb()
  await a.scrollTo(FAR)
  const middle = await a.heapMb()
  const { most, seconds } = await a.scrollTo(TEN_MINUTES, 4 * 600)
  note('heap with 200 users', before, mb)
  note('heap after 5,000 users', middle, mb)
  note('heap after 100,000 users (ten minutes of the wheel)', await a.heapMb(), mb)
  note('ten minutes of the wheel: rows in the document, at most', most, count)
  note('ten minutes of the wheel: rows a second', TEN_MINUTES / seconds, count)
}
