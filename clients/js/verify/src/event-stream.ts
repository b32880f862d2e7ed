/** Reads an event stream (HTML Living Standard §9.2). */

export interface StreamedEvent {
  type: string
  id: string | undefined
  data: string
}

/** One event is a page of revocations at most. A longer one is of no server of ours. */
const MAX_EVENT = 1_048_576

/** The events of the stream. `received` is called with each piece, also with comments. Throws for an event that is too long. */
export async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  received: () => void,
): AsyncGenerator<StreamedEvent, void, undefined> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      received()
      text += decoder.decode(value, { stream: true })
      for (let end = endOf(text); end !== undefined; end = endOf(text)) {
        const event = eventOf(text.slice(0, end.at))
        text = text.slice(end.next)
        if (event !== undefined) yield event
      }
      if (text.length > MAX_EVENT) throw new Error('an event of the stream is too long')
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** The first empty line. A line ends with \n, \r\n or \r; our server writes \n. */
function endOf(text: string): { at: number; next: number } | undefined {
  const found = /\r\n\r\n|\n\n|\r\r(?!\n)/.exec(text)
  return found === null ? undefined : { at: found.index, next: found.index + found[0].length }
}

function eventOf(text: string): StreamedEvent | undefined {
  const event: { type: string; id: string | undefined; data: string[] } = { type: 'message', id: undefined, data: [] }
  for (const line of text.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') event.type = value
    else if (name === 'id' && !value.includes('\0')) event.id = value
    else if (name === 'data') event.data.push(value)
  }
  return event.data.length === 0 ? undefined : { ...event, data: event.data.join('\n') }
}
