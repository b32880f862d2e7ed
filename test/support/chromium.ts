/** A real Chromium, headless, without what a test has no use for. */
import { type Browser, chromium } from 'playwright-core'

/**
 * Undefined on a machine without one. The shell without a window comes first, which Playwright starts too: the same engine, and no
 * browser window that is drawn though nobody sees it. A start costs a third of the CPU, a page up to two thirds.
 */
export const browserPath =
  ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
    .map((program) => Bun.which(program))
    .find((path) => path !== null) ?? undefined

/** Only there to end a hang. */
const PATIENCE_MS = 240_000

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-software-rasterizer', // the compositor draws in the page: a quarter less CPU
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser of its own. Close it. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserPath ?? '', args: ARGUMENTS, timeout: PATIENCE_MS })

let shared: Promise<Browser> | undefined

/**
 * The one browser of this process, for all its files: a person is a context, which shares nothing with another one. Close the
 * contexts, not the browser: it ends with the process, however that ends, because its pipe to it does.
 */
export async function sharedChromium(): Promise<Browser> {
  const running = await shared?.catch(() => undefined)
  if (running?.isConnected()) return running
  shared = launchChromium()
  return shared
}
