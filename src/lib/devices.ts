/** What a session was opened with, in the words its owner would use. */
import Bowser from 'bowser'
import { createRecentMap, ownCopy } from './recent-map.ts'

/** As much of a User-Agent as is looked at; events and sessions keep no more of it either. */
const MAX_LENGTH = 256
const browsers = new Set<string>(Object.values(Bowser.BROWSER_MAP))
const systems = new Set<string>(Object.values(Bowser.OS_MAP))

/**
 * `Firefox on Linux`, `Chrome`, `Unknown browser on Windows` or `Unknown device`.
 *
 * Whoever signs in writes the header, and its words go into mails: only names that stand in our list are repeated. No
 * versions, or every update of a browser would make a new device.
 */
export function describeDevice(userAgent: string | null): string {
  if (!userAgent) return 'Unknown device'
  const text = userAgent.slice(0, MAX_LENGTH)
  const found = known.get(text)
  if (found !== undefined) return found
  const device = readDevice(text)
  known.set(ownCopy(text), device)
  return device
}

/** Reading one takes some 50 µs, and many people have the same. */
const known = createRecentMap<string>(2_000)

function readDevice(userAgent: string): string {
  const parser = Bowser.getParser(userAgent, true)
  const browser = parser.getBrowserName()
  const system = parser.getOSName()
  if (!systems.has(system)) return browsers.has(browser) ? browser : 'Unknown device'
  return `${browsers.has(browser) ? browser : 'Unknown browser'} on ${system}`
}
