/** A real Chromium, headless, without what a test has no use for. */
import { type Browser, chromium } from 'playwright-core'

/** Undefined on a machine without one. */
export const browserPath =
  Bun.which('chromium') ?? Bun.which('chromium-browser') ?? Bun.which('google-chrome') ?? undefined

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

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserPath ?? '', args: ARGUMENTS, timeout: PATIENCE_MS })
