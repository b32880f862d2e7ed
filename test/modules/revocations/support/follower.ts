/** A follower of the feed that reads frame by frame. */
import { createHash } from 'node:crypto'
import { ORIGIN, type TestApp } from '../../../support/test-app.ts'

export interface Frame {
  event: string
  id: string | undefined
  data: Record<string, unknown>
}
export interface Entry {
  hash: string
  until: string
  from?: string
  restored?: true
}

export const hashOf = (...ids: string[]): string =>
  createHash('sha256').update(ids.join(' ')).digest().subarray(0, 16).toString('base64url')

export type Ask = (url: string, init: RequestInit) => Promise<Response>

export async function follow(
  ask: Ask,
  token: string,
  { after, lastEventId, userAgent }: { after?: string | undefined; lastEventId?: string; userAgent?: string } = {},
) {
  const path = `/v1/revocations${after === undefined ? '' : `?after=${after}`}`
  const aborting = new AbortController()
  const headers = {
    authorization: `Bearer ${token}`,
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
  }
  const response = await ask(path, { headers, signal: aborting.signal })
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  const frames: Frame[] = []
  const entries: Entry[] = []
  let text = ''

  async function next(): Promise<Frame | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end < 0) {
        const { done, value } = await reader.read()
        if (done) return undefined
        text += decoder.decode(value, { stream: true })
        continue
      }
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const event = field('event')
      if (event === undefined) continue
      const frame = { event, id: field('id'), data: JSON.parse(field('data') ?? '{}') as Frame['data'] }
      frames.push(frame)
      if (event === 'start' && frame.data.known === false) entries.length = 0
      if (event === 'revocations') entries.push(...(frame.data.entries as Entry[]))
      return frame
    }
  }

  return {
    response,
    frames,
    /** In the order in which they came, since the last start from the beginning. */
    entries,
    next,
    /** Reads until the condition holds. */
    async until(holds: () => boolean): Promise<void> {
      while (!holds()) if ((await next()) === undefined) throw new Error(`the stream ended: ${JSON.stringify(frames)}`)
    },
    /** Reads up to a heartbeat that began after this call. */
    async caughtUp(): Promise<void> {
      for (let beats = 0; beats < 3; ) {
        const frame = await next()
        if (frame === undefined) throw new Error(`the stream ended: ${JSON.stringify(frames)}`)
        if (frame.event === 'heartbeat') beats++
      }
    },
    /** Reads to the end. */
    async rest(): Promise<Frame | undefined> {
      while ((await next()) !== undefined);
      return frames.at(-1)
    },
    lastId: () => frames.findLast(({ id }) => id !== undefined)?.id,
    /** Whether this is refused now, as a follower sees it. */
    revokes: (...ids: string[]): boolean => {
      const last = entries.findLast(({ hash }) => hash === hashOf(...ids))
      return last !== undefined && last.restored !== true
    },
    async close(): Promise<void> {
      await reader.cancel().catch(() => {})
      aborting.abort()
    },
  }
}
export type Following = Awaited<ReturnType<typeof follow>>

export const followApp = (t: Pick<TestApp, 'app'>, token: string, options?: Parameters<typeof follow>[2]) =>
  follow((path, init) => t.app.handle(new Request(`${ORIGIN}${path}`, init)), token, options)
