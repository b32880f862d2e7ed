/** `compress` on `node:zlib`, whose threads do the work: no other request waits for it. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { LRUCache } from 'lru-cache'
import type { Deps } from '../deps.ts'
import type { Coding } from '../lib/content-coding.ts'
import type { Bytes } from '../lib/primitives/primitives.ts'

/** All programs and docs need about a fifth of it in both codings. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024
/** Takes the CPU time of gzip, and makes up to a third less of a text. The default needs a hundred times as long. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)
const CODERS: Record<Coding, (bytes: Bytes) => Promise<Bytes>> = {
  br: (bytes) => brotli(bytes, BROTLI),
  gzip: (bytes) => zip(bytes),
}

export function createCompress({ maxKeptBytes = MAX_KEPT_BYTES } = {}): NonNullable<Deps['compress']> {
  const kept = new LRUCache<string, Bytes>({ maxSize: maxKeptBytes, sizeCalculation: ({ length }) => length })
  const making = new Map<string, Promise<Bytes>>()

  async function make(key: string, coding: Coding, bytes: Bytes): Promise<Bytes> {
    try {
      const made = await CODERS[coding](bytes)
      kept.set(key, made)
      return made
    } finally {
      making.delete(key)
    }
  }

  return async (coding, name, bytes) => {
    const key = `${coding} ${name}`
    const known = kept.get(key) ?? making.get(key)
    if (known !== undefined) return known
    const made = make(key, coding, bytes)
    making.set(key, made)
    return made
  }
}
