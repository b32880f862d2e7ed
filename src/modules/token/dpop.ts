/**
 * DPoP (RFC 9449): a client proves with each request that it has the key to which its token is bound. A proof works once, for
 * one method and URL, within a minute. It must hold a nonce of this server, so a proof that was made ahead is of no use.
 */
import { primitives } from '#primitives'
import type { Deps } from '../../deps.ts'
import { hmac } from '../../lib/crypto.ts'
import { MINUTE_MS } from '../../lib/durations.ts'
import { base64url, hex, utf8 } from '../../lib/encoding.ts'
import { type ReadJwt, readJwt } from '../../lib/jwt.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { VerifyAlg } from '../../lib/primitives/primitives.ts'
import { namedAlg, publicKeyOf } from '../../lib/primitives/public-keys.ts'
import { createRecentMap } from '../../lib/recent-map.ts'
import { keysFor } from '../../lib/secret-keys.ts'

/** The algorithms of proofs: `dpop_signing_alg_values_supported`. */
export const DPOP_ALGS = ['EdDSA', 'ES256', 'RS256'] as const satisfies readonly VerifyAlg[]

/** How far `iat` may be from our clock. */
const MAX_AGE_MS = MINUTE_MS
/** A nonce works for one to two of these. */
const NONCE_MS = 2 * MINUTE_MS
/** The proofs that this process remembers: of the last minute, and at least half as many. */
const MAX_REMEMBERED = 200_000
const MAX_LENGTH = 8192
const MAX_JTI_LENGTH = 256

export interface DpopProof {
  /** RFC 7638: the thumbprint of the key. */
  jkt: string
  /** For a batch that uses the proof up in every process. */
  oneUse: { challenge: string /** ms UTC */; expiresAt: number }
  /** For the header DPoP-Nonce, if the nonce of the proof works for less than another window. */
  nextNonce: string | undefined
}

const nonceKeys = keysFor('dpop-nonces')

/** Verifies proofs, and remembers in the memory of this process which were used. One for each app. */
export const dpopVerifier = oncePer((deps: Pick<Deps, 'config' | 'clock'>) => {
  const { config, clock } = deps
  const used = createRecentMap<number>(MAX_REMEMBERED)
  const { origin } = new URL(config.appUrl)

  async function nonceOf(window: number): Promise<string> {
    const [{ key }] = await nonceKeys(config)
    return hmac(key, String(window))
  }
  const currentWindow = () => Math.floor(clock.now() / NONCE_MS)

  /** Returns true if the nonce is the one of the current window, false if it is the one before. */
  async function checkNonce(nonce: unknown): Promise<boolean> {
    const window = currentWindow()
    const current = await nonceOf(window)
    if (nonce === current) return true
    if (nonce === (await nonceOf(window - 1))) return false
    throw refuse('use_dpop_nonce', 'The DPoP proof needs the nonce of the header DPoP-Nonce.', {
      headers: { 'dpop-nonce': current },
    })
  }

  return {
    /**
     * The proof of a request; undefined if it has none. `accessToken`: the token that the proof must be for. Throws
     * `invalid_dpop_proof`, and `use_dpop_nonce` with the nonce. RFC 9449 §4.3
     */
    async proofOf(request: Request, accessToken?: string): Promise<DpopProof | undefined> {
      const header = request.headers.get('dpop')
      if (header === null) return undefined
      // Two headers come as one text with a comma, which no JWT has.
      const read = header.length > MAX_LENGTH ? undefined : readJwt(header)
      if (read === undefined) throw invalid('no JWT')
      const jkt = await keyOf(read)
      const { jti, htm, htu, iat, nonce, ath } = read.claims
      if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) throw invalid('jti')
      if (htm !== request.method) throw invalid('htm')
      if (typeof htu !== 'string' || !isSameUrl(htu, request.url, origin)) throw invalid('htu')
      const now = clock.now()
      if (typeof iat !== 'number' || Math.abs(iat * 1000 - now) > MAX_AGE_MS) throw invalid('iat')
      if (accessToken !== undefined && ath !== (await hashOf(accessToken))) throw invalid('ath')
      const isCurrent = await checkNonce(nonce)
      const challenge = hex(await primitives.digest('SHA-256', utf8(`dpop ${jkt} ${jti}`)))
      const expiresAt = iat * 1000 + MAX_AGE_MS
      const before = used.get(challenge)
      if (before !== undefined && before >= now) throw invalid('jti was used before')
      used.set(challenge, expiresAt)
      return {
        jkt,
        oneUse: { challenge, expiresAt },
        nextNonce: isCurrent ? undefined : await nonceOf(currentWindow()),
      }
    },
  }
})

const invalid = (cause: string) =>
  refuse('invalid_dpop_proof', 'The DPoP proof is not valid for this request.', { cause: `DPoP: ${cause}` })

const hashOf = async (text: string): Promise<string> => base64url(await primitives.digest('SHA-256', utf8(text)))

/** The thumbprint of the key in the header, after it verified the signature. Throws `invalid_dpop_proof`. */
async function keyOf({ header, input, signature }: ReadJwt): Promise<string> {
  const { typ, jwk } = header
  if (typ !== 'dpop+jwt') throw invalid('typ')
  if ('crit' in header || 'b64' in header) throw invalid('crit')
  const alg = namedAlg(header.alg, DPOP_ALGS)
  if (alg === undefined) throw invalid('alg')
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) throw invalid('jwk')
  const given = { ...jwk } as Record<string, unknown> // checked by publicKeyOf
  try {
    const key = publicKeyOf(given, alg)
    const verify = await primitives.jwkVerifier(given, alg)
    if (!(await verify(utf8(input), signature))) throw invalid('signature')
    // RFC 7638 §3: the required members in the order of their names.
    const members = Object.entries(key).sort(([one], [other]) => (one < other ? -1 : 1))
    return await hashOf(JSON.stringify(Object.fromEntries(members)))
  } catch (error) {
    throw error instanceof TypeError ? invalid(error.message) : error
  }
}

/** Whether both name the same URL, without query and fragment. The origin is ours, whatever a proxy has made of it. */
function isSameUrl(htu: string, url: string, origin: string): boolean {
  if (!URL.canParse(htu)) return false
  const claimed = new URL(htu)
  const { pathname } = new URL(url, origin)
  if (claimed.username !== '' || claimed.password !== '') return false
  return claimed.origin === origin && normalised(claimed.pathname) === normalised(pathname)
}

/** RFC 3986 §6.2.2: upper case in percent-encodings, and none for what needs none. */
const normalised = (path: string): string =>
  path.replace(/%[0-9a-f]{2}/gi, (encoded) => {
    const letter = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
    return /[\w.~-]/.test(letter) ? letter : encoded.toUpperCase()
  })
