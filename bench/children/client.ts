/** A load generator on `fetch`: for POST, for a paced load, and if wrk is not installed. Argument: a `Load`. */
import { closedLoop, paced } from '../closed-loop.ts'
import type { Load } from '../load.ts'

const {
  url,
  method = 'GET',
  headers = {},
  body,
  connections,
  seconds,
  perSecond,
  mayBeBusy,
}: Load = JSON.parse(Bun.argv[2] ?? '')
const BUSY_PAUSE_MS = 100

async function send(): Promise<void> {
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await response.text()
  if (mayBeBusy && response.status === 503) await Bun.sleep(BUSY_PAUSE_MS)
  else if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`)
}

const result =
  perSecond === undefined
    ? await closedLoop({ concurrency: connections, seconds }, send)
    : await paced({ perSecond, seconds }, send)
console.log(JSON.stringify(result))
