/**
 * Files and documents that everybody may read: programs, styles, pictures of brands, docs, descriptions of the API. Clients that
 * accept it get them compressed.
 *
 * Nothing else is compressed. The length of a compressed body tells how much of it repeats: who can put a text into an answer
 * beside a secret, and sees how long the answer is, finds the secret letter by letter (BREACH). So a body that comes here is the same
 * for everybody. It has no secret, nothing of a person or a session, and nothing that the request says.
 */
import type { Deps } from '../deps.ts'
import { acceptedCoding, type Coding } from '../lib/content-coding.ts'
import { utf8 } from '../lib/encoding.ts'
import type { Bytes } from '../lib/primitives/primitives.ts'
import { etagOf, isOffered } from './shared-caching.ts'

/** What a handler takes from its context. */
export interface Asked {
  request: Request
  set: { headers: Record<string, unknown> }
}

interface FileHeaders extends Record<string, string> {
  'content-type': string
  'cache-control': string
}

/** Below, the header costs as much as is saved: most of it goes in one packet anyway. */
const MIN_BYTES = 1024
/** Other pictures are compressed already. */
const COMPRESSIBLE = /^(?:text\/|application\/json|image\/svg\+xml)/

/**
 * 200, or 304 if the request names what it would get (RFC 9110 §13.1.2). The tag is that of the bytes that are sent, so
 * each coding has its own (§8.8.3.3).
 */
export async function publicFile(
  { compress }: Pick<Deps, 'compress'>,
  { request, set }: Asked,
  content: string | Bytes | Blob,
  headers: FileHeaders,
): Promise<Response> {
  const plain = await bytesOf(content)
  let body = plain
  let etag = await etagOf(plain)
  let coding: Coding | undefined
  if (compress !== undefined && plain.length >= MIN_BYTES && COMPRESSIBLE.test(headers['content-type'])) {
    // Also for who gets it as it is: a cache must not give them what it keeps for others. CORS may have set one.
    set.headers.vary = [set.headers.vary, 'Accept-Encoding'].filter(Boolean).join(', ')
    coding = acceptedCoding(request.headers.get('accept-encoding'))
    if (coding !== undefined) {
      body = await compress(coding, etag, plain)
      etag = await etagOf(body)
    }
  }
  const kept = { ...headers, etag }
  if (isOffered(request, etag)) return new Response(null, { status: 304, headers: kept })
  return new Response(body, { headers: coding === undefined ? kept : { ...kept, 'content-encoding': coding } })
}

async function bytesOf(content: string | Bytes | Blob): Promise<Bytes> {
  if (typeof content === 'string') return utf8(content)
  // The files that Bun has built are no instances of Blob.
  return content instanceof Uint8Array ? content : new Uint8Array(await content.arrayBuffer())
}
