/** The description of a device, in words that its owner understands. */
import Bowser from 'bowser'
import { createRecentMap, ownCopy } from './recent-map.ts'

/** The server reads only this much of a User-Agent. Events and sessions store no more of it. */
const MAX_LENGTH = 256
const browsers = new Set<string>(Object.values(Bowser.BROWSER_MAP))
const systems = new Set<string>(Object.values(Bowser.OS_MAP))

/**
 * Returns `Firefox on Linux`, `Chrome`, `Unknown browser on Windows` or `Unknown device`.
 *
 * The client writes this header, and its words go into mails. So the description has only names of our list. It has no
 * versions, because every update of a browser would then be a new device.
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

/** Parsing a header takes some 50 µs, and many people have the same one. */
const known = createRecentMap<string>(2_000)

function readDevice(userAgent: string): string {
  const parser = Bowser.getParser(userAgent, true)
  const browser = parser.getBrowserName()
  const system = parser.getOSName()
  if (!systems.has(system)) return browsers.has(browser) ? browser : 'Unknown device'
  return `${browsers.has(browser) ? browser : 'Unknown browser'} on ${system}`
}
