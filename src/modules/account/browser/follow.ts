/** Says when notifications changed, in this window or elsewhere: an open stream (`GET /v1/events`). */

/** With any of these the list is another one. */
const CHANGES = ['created', 'read', 'unread', 'all_read'].map((word) => `notification.${word}`)

/** Of `stream.end`: the server takes this browser back. After another one a new try would be refused. */
const COMES_BACK = ['too_slow', 'stopping', 'time_over', 'history_lost']

/**
 * Follows until the returned function is called. Only while the window is seen: over HTTP/1.1 a browser has six connections to a server,
 * and each window would keep one. What came meanwhile is read when it is seen again (`arrival.ts`).
 */
export function followNotifications(changed: () => Promise<void>): () => void {
  let source: EventSource | undefined
  let reading = false
  let again = false
  /** Many at once are one or two reads. */
  const read = async (): Promise<void> => {
    if (reading) {
      again = true
      return
    }
    reading = true
    do {
      again = false
      await changed()
    } while (again)
    reading = false
  }
  const close = () => {
    source?.close()
    source = undefined
  }
  const open = () => {
    if (document.visibilityState !== 'visible') return close()
    if (source !== undefined) return
    source = new EventSource('/v1/events')
    // The stream tells nothing of before. What came since the page read its list is in a list that is read now.
    for (const type of ['stream.open', ...CHANGES]) source.addEventListener(type, () => void read())
    source.addEventListener('stream.end', ({ data }: MessageEvent<string>) => {
      if (!COMES_BACK.some((reason) => data.includes(`"${reason}"`))) close()
    })
  }
  document.addEventListener('visibilitychange', open)
  open()
  return () => {
    document.removeEventListener('visibilitychange', open)
    close()
  }
}
