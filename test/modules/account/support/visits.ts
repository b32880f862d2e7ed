/** The visits of one test: every browser is left behind it, and none may have complained. */
import { afterAll, afterEach, beforeAll, expect } from 'bun:test'
import type { Page } from 'playwright-core'
import type { Visit } from '../../pages/support/world.ts'
import { type AccountWorld, startAccountWorld } from './account.ts'

export interface Visits {
  w: AccountWorld
  visit(...given: Parameters<AccountWorld['as']>): Promise<Visit>
  at(...given: Parameters<AccountWorld['as']>): Promise<Page>
}

/** Call it in a `describe`. `given` gets the world before its tests. */
export function visits(given: (visits: Visits) => void, env: () => Record<string, string> = () => ({})): void {
  let world: AccountWorld | undefined
  const open: Visit[] = []
  beforeAll(async () => {
    const w = await startAccountWorld(env())
    world = w
    const visit = async (...as: Parameters<AccountWorld['as']>) => {
      const one = await w.as(...as)
      open.push(one)
      return one
    }
    given({ w, visit, at: async (...as) => (await visit(...as)).page })
  })
  afterAll(() => world?.stop())
  afterEach(async () => {
    const all = open.splice(0)
    for (const { leave } of all) await leave()
    expect(all.flatMap(({ complaints }) => complaints)).toEqual([])
  })
}

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
/** The button of the dialog. */
export const confirm = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true })
/** Waits until this has the focus, which moves a moment after what is shown. */
export const focusIs = (page: Page, id: string) => page.locator(`#${id}:focus`).waitFor()
