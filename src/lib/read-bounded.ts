/**
 * Reads all bytes of a body. Returns undefined if it has more than `maxBytes`. In that case it stops reading, and keeps
 * no part of the body, unless `longer` is `cut`: then it returns the first `maxBytes`.
 */
export async function readBounded(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  longer: 'refuse' | 'cut' = 'refuse',
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    const room = maxBytes - size
    size += chunk.byteLength
    if (size > maxBytes && longer === 'refuse') return undefined
    chunks.push(chunk.subarray(0, room))
    if (size <= maxBytes) continue
    size = maxBytes
    break // which cancels the rest
  }
  const whole = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}
