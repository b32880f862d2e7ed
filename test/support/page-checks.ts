/** What every page must hold in a real browser: no finding of axe, no sideways scroll, no text that is cut unseen, in both themes and two widths. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

const AXE = Bun.resolveSync('axe-core/axe.min.js', import.meta.dir)
/** Pictures are looked at, and not asserted on. They cost an eighth of a check, so a run makes them when it is asked: `SCREENS=1`. */
const SCREENS = process.env.SCREENS ? join(import.meta.dir, '../../dist/screens') : undefined

export const themes = ['light', 'dark'] as const
export const widths = [360, 1280] as const

/**
 * `rule: element`, one for each violation (axe-core, its default rules: WCAG 2.2 A and AA, and best practices). `colors`: of the rules
 * of colours alone, because a theme changes nothing else.
 */
async function axeFindings(page: Page, colors = false): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await Bun.file(AXE).text())
  return page.evaluate(
    async (rules) => {
      const { axe } = globalThis as unknown as { axe: typeof import('axe-core') } // the line above has put it there
      const { violations } = await axe.run(document, {
        resultTypes: ['violations'],
        ...(rules !== null && { runOnly: { type: 'rule' as const, values: rules } }),
      })
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
    },
    colors ? ['color-contrast', 'link-in-text-block'] : null,
  )
}

/**
 * The name of the field that has the focus in the very task in which this appears: a person who types on must not find the focus
 * moved under their hands a moment later. Begin it before the press, and await it after.
 */
export const focusWhenShown = (page: Page, selector: string): Promise<string | null | undefined> =>
  page.evaluate(
    (shown) =>
      new Promise<string | null | undefined>((resolve) => {
        const seen = new MutationObserver(() => {
          if (document.querySelector(shown) === null) return
          seen.disconnect()
          resolve(document.activeElement?.getAttribute('name'))
        })
        seen.observe(document.body, { subtree: true, childList: true })
      }),
    selector,
  )

/** Cells of tables that hide a part of their text, and say nowhere what it is. */
const cutCells = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('td, td *')]
      .filter((box) => {
        const isCut = box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 0
        if (!isCut || getComputedStyle(box).overflowX !== 'hidden' || box.closest('.hidden')) return false
        return box.closest('[title]') === null && box.querySelector('[title]') === null
      })
      .map((box) => (box.textContent ?? '').slice(0, 80)),
  )

/**
 * Checks the page as it stands, in each theme and width. Returns what is wrong; the caller expects nothing. The page is left as
 * it was found. With `SCREENS=1` it keeps two pictures as `name-theme-width.png`: light and narrow, dark and wide.
 */
export async function checkPage(page: Page, name: string): Promise<string[]> {
  if (SCREENS) mkdirSync(SCREENS, { recursive: true })
  const before = page.viewportSize()
  const found: string[] = []
  for (const width of widths)
    for (const colorScheme of themes) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      // A transition under way would show colours that are neither theme's.
      await page.evaluate(() =>
        document.getAnimations().forEach((one) => void (one.playState === 'running' && one.cancel())),
      )
      const where = `${name}-${colorScheme}-${width}`
      found.push(...(await axeFindings(page, colorScheme === 'dark')).map((finding) => `${where}: ${finding}`))
      const beyond = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      if (beyond > 0) found.push(`${where}: the page is ${beyond} px wider than the window`)
      found.push(...(await cutCells(page)).map((cell) => `${where}: cut without a title: ${cell}`))
      if (SCREENS && (width === 360) === (colorScheme === 'light'))
        await page.screenshot({ path: join(SCREENS, `${where}.png`), fullPage: true })
    }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null })
  if (before !== null) await page.setViewportSize(before)
  return found
}

/** Tries what the policy of every page forbids: an inline script, and text that becomes markup. Expect `refused`. */
export const breakPolicy = (page: Page): Promise<'refused' | 'made markup' | 'else'> =>
  page.evaluate(() => {
    const script = document.createElement('script')
    try {
      script.textContent = 'document.title = "owned"'
      document.body.append(script)
    } catch {}
    try {
      document.body.innerHTML = '<p>owned</p>'
      return 'made markup'
    } catch (error) {
      return error instanceof TypeError ? 'refused' : 'else'
    }
  })
