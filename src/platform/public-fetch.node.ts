/**
 * `fetchPublic` on `node:https`. The name is resolved once, every address must be public, and the connection goes to one of these
 * addresses: a name that resolves differently a moment later (DNS rebinding) gains nothing. `fetch` cannot be told the address.
 */
import { lookup, type LookupAddress } from 'node:dns'
import { request as overHttp } from 'node:http'
import { type RequestOptions, request as overHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Deps } from '../deps.ts'
import {
  isPrivateTarget,
  isPublicAddress,
  type PublicAnswer,
  PublicFetchError,
  type PublicRequest,
  publicUrlFault,
  reachFault,
} from '../lib/public-addresses.ts'

export interface PublicFetchOptions {
  /** Development: also hosts of this machine and its network, and over http. */
  privateTargets: boolean
  /** Replaces the resolver of the system in tests. */
  resolve?: (host: string) => Promise<readonly LookupAddress[]>
}

export function createPublicFetch({ privateTargets, resolve = resolveAll }: PublicFetchOptions): Deps['fetchPublic'] {
  return async (url, options) => {
    const { reach } = options
    const fault = reach === undefined ? publicUrlFault(url, { privateTargets }) : reachFault(url, reach, true)
    if (fault !== undefined) throw new PublicFetchError(`the URL is refused: ${fault}`, { reason: 'refused' })
    let stop = () => {}
    const timer = new Promise<never>((_, reject) => {
      const late = setTimeout(
        () => reject(new PublicFetchError('the host took too long', { reason: 'late' })),
        options.timeoutMs,
      )
      stop = () => clearTimeout(late)
    })
    const controller = new AbortController()
    try {
      return await Promise.race([ask(new URL(url), options, controller.signal), timer])
    } catch (error) {
      throw error instanceof PublicFetchError
        ? error
        : new PublicFetchError('the host does not answer', { cause: error })
    } finally {
      stop()
      controller.abort()
    }
  }

  async function ask(url: URL, options: PublicRequest, signal: AbortSignal): Promise<PublicAnswer> {
    const addresses = await resolve(url.hostname.replace(/^\[(.*)\]$/, '$1'))
    const alsoPrivate = options.reach?.privateTargets ?? privateTargets
    const isAllowed = (address: string | undefined) =>
      address !== undefined && (isPublicAddress(address) || (alsoPrivate && isPrivateTarget(address)))
    const [first] = addresses
    if (first === undefined) throw new PublicFetchError('the host has no address')
    // One private address among public ones is refused too: such a name is made for this.
    if (!addresses.every(({ address }) => isAllowed(address))) throw notPublic()
    return send(url, options, { signal, lookup: pinnedTo(first), isAllowed })
  }
}

const notPublic = () => new PublicFetchError('the host has an address that is not public', { reason: 'refused' })

const resolveAll = (host: string): Promise<readonly LookupAddress[]> =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)))
  })

const pinnedTo =
  ({ address, family }: LookupAddress): LookupFunction =>
  (_host, { all }, callback) =>
    all ? callback(null, [{ address, family }]) : callback(null, address, family)

/** Interim answers (1xx). A host that sends no end of them costs this server time until the deadline. */
const MAX_INTERIM = 20

interface Connection {
  signal: AbortSignal
  lookup: LookupFunction
  isAllowed: (address: string | undefined) => boolean
}

/** Sends one request over a connection of its own. The body of the answer is dropped as soon as it is too long. */
function send(
  url: URL,
  { method = 'GET', headers = {}, body, maxBytes, longAnswer = 'refuse' }: PublicRequest,
  { signal, lookup, isAllowed }: Connection,
): Promise<PublicAnswer> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method,
      headers: {
        'accept-encoding': 'identity',
        ...headers,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
      agent: false,
      lookup,
      signal,
    }
    const sent = (url.protocol === 'http:' ? overHttp : overHttps)(url, options, (answer) => {
      const chunks: Uint8Array[] = []
      let size = 0
      const finish = () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: headersOf(answer.headers),
          body: new Uint8Array(Buffer.concat(chunks)).subarray(0, maxBytes),
        })
      const tooLong = () => {
        if (longAnswer === 'cut') finish()
        else reject(new PublicFetchError('the answer is too long', { reason: 'too-long' }))
        answer.destroy()
      }
      if (longAnswer === 'refuse' && Number(answer.headers['content-length']) > maxBytes) return tooLong()
      answer.on('data', (chunk: Uint8Array) => {
        size += chunk.byteLength
        if (size <= maxBytes || longAnswer === 'cut') chunks.push(chunk)
        if (size > maxBytes) tooLong()
      })
      answer.on('error', reject)
      answer.on('end', finish)
      return undefined
    })
    // A runtime that ignores `lookup` connects elsewhere: nothing is sent to it.
    sent.on('socket', (socket) =>
      socket.once('connect', () => {
        if (socket.remoteAddress !== undefined && !isAllowed(socket.remoteAddress)) sent.destroy(notPublic())
      }),
    )
    // They come before the answer, so `maxBytes` does not count them.
    let interim = 0
    sent.on('information', () => {
      if (++interim > MAX_INTERIM) sent.destroy(new PublicFetchError('the answer is too long', { reason: 'too-long' }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function headersOf(given: NodeJS.Dict<string | string[]>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(given)) for (const one of [value ?? []].flat()) headers.append(name, one)
  return headers
}
