import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { readBounded } from '../../lib/read-bounded.ts'
import { decodeTxtAnswer, encodeTxtQuery } from './dns-message.ts'

const TIMEOUT_MS = 4_000
/** The longest DNS message. */
const MAX_BYTES = 65_535
const RETRY_SECONDS = 30
const MEDIA_TYPE = 'application/dns-message'
const NOERROR = 0
const NXDOMAIN = 3

/**
 * The TXT records of an ASCII name, by DNS over HTTPS (RFC 8484). None if the name or the records do not exist. One
 * request, which ends after 4 s, follows no redirect, and reads 64 KiB at most. Throws `domain.resolver_unavailable` for
 * every failure, SERVFAIL included.
 */
export async function resolveTxt(
  { fetch, config }: Pick<Deps, 'fetch' | 'config'>,
  name: string,
): Promise<readonly string[]> {
  try {
    const response = await fetch(config.variables.DNS_OVER_HTTPS_URL, {
      method: 'POST',
      headers: { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE },
      body: encodeTxtQuery(name),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const isMessage = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() === MEDIA_TYPE
    if (response.status !== 200 || !isMessage || response.body === null) {
      await response.body?.cancel()
      throw new Error(`the resolver answered ${response.status}`)
    }
    const bytes = await readBounded(response.body, MAX_BYTES)
    if (bytes === undefined) throw new Error('the resolver sent too much data')
    const answer = decodeTxtAnswer(bytes, name)
    if (answer === undefined) throw new Error('the resolver sent no answer to the question')
    if (answer.rcode === NXDOMAIN) return []
    if (answer.rcode !== NOERROR) throw new Error(`the resolver answered with RCODE ${answer.rcode}`)
    return answer.texts
  } catch (cause) {
    throw problem('domain.resolver_unavailable', { retryAfterSeconds: RETRY_SECONDS, cause })
  }
}
