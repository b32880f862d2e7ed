/** What a new key may be: the checks that a schema cannot make. */
import { problem } from '../../errors.ts'
import { canonicalAddress, parseProxyRanges } from '../../lib/addresses.ts'
import { DAY_MS } from '../../lib/durations.ts'

const YEAR_MS = 366 * DAY_MS
/** Times of the API after this one are typing errors. */
const MAX_TIME = Date.UTC(9999, 0)

const invalid = (path: string, message: string) => problem('request.invalid', { errors: [{ path, message }] })

/** When the key expires, in ms UTC; null: never. Throws `request.invalid`. */
export function expiryOf(form: 'opaque' | 'signed', text: string | undefined, now: number): number | null {
  if (text === undefined) {
    if (form === 'signed') throw invalid('/expiresAt', 'Expected a time, because a signed key must expire')
    return null
  }
  const at = Math.floor(Date.parse(text) / 1000) * 1000
  if (!(at > now && at < MAX_TIME)) throw invalid('/expiresAt', 'Expected a time in the future')
  if (form === 'signed' && at > now + YEAR_MS) throw invalid('/expiresAt', 'Expected a time at most a year ahead')
  return at
}

/** The ranges in one spelling each; null: everywhere. Throws `request.invalid`. */
export function networksOf(texts: readonly string[] | undefined): string[] | null {
  if (texts === undefined) return null
  return texts.map((text, at) => {
    const [address = '', bits, ...more] = text.split('/')
    const canonical = canonicalAddress(address)
    const spelled = canonical === undefined ? text : bits === undefined ? canonical : `${canonical}/${bits}`
    if (more.length > 0 || parseProxyRanges([spelled]) === undefined)
      throw invalid(`/networks/${at}`, 'Expected an IP address or a CIDR range, such as 198.51.100.0/24')
    return spelled
  })
}
