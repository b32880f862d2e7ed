import { utf8 } from '../lib/encoding.ts'

/** A body that is produced as the client reads it. It stops when the client disconnects. */
export function streamOf(
  pieces: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>,
  failed: (cause: unknown) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let isGone = false
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await pieces.next()
        if (isGone) return // while the piece was made
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (cause) {
        // The status is sent already, so the client detects the failure by the incomplete document.
        failed(cause)
        controller.error(cause)
      }
    },
    async cancel() {
      isGone = true
      await pieces.return(undefined)
    },
  })
}

/** The bytes of each text. */
export async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  for await (const text of texts) yield utf8(text)
}
