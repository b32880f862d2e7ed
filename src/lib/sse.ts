/** Frames of event streams (HTML Living Standard §9.2). */

export interface SseFrame {
  /** The type of the event. Absent: `message`. */
  event?: string
  /** The client sends it as `Last-Event-ID` when it connects again. */
  id?: string
  /** Becomes JSON, which has no line break: no value can end a frame or forge another one. */
  data?: unknown
  /** The ms after which a browser connects again. */
  retryMs?: number
}

/** Throws for an event or id that would change the frame. */
export function sseFrame({ event, id, data, retryMs }: SseFrame): string {
  const fields = [
    ...(event === undefined ? [] : [`event: ${oneLine(event)}`]),
    ...(id === undefined ? [] : [`id: ${oneLine(id)}`]),
    ...(retryMs === undefined ? [] : [`retry: ${Math.max(0, Math.round(retryMs))}`]),
    ...(data === undefined ? [] : [`data: ${JSON.stringify(data)}`]),
  ]
  return `${fields.join('\n')}\n\n`
}

/** A frame around JSON that was made already. It must be one line. */
export const sseFrameOfJson = (event: string, id: string, json: string): string =>
  `event: ${oneLine(event)}\nid: ${oneLine(id)}\ndata: ${oneLine(json)}\n\n`

/** Keeps a quiet connection open. Clients ignore it. */
export const sseComment = (text: string): string => `: ${oneLine(text)}\n\n`

export const EVENT_STREAM = {
  'content-type': 'text/event-stream',
  /** Proxies such as nginx would collect the frames. */
  'x-accel-buffering': 'no',
}

function oneLine(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new TypeError('a field of an event stream is one line')
  return text
}
