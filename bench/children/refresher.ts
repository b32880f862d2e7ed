/** Refreshes sessions, each time with the newest token of a session. Argument: a `RefreshLoad`. */
import { closedLoop, paced } from '../closed-loop.ts'
import type { RefreshLoad } from '../refresh.ts'

const { url, tokens, seconds, perSecond, connections }: RefreshLoad = JSON.parse(Bun.argv[2] ?? '')

async function refresh(): Promise<void> {
  const refreshToken = tokens.shift()
  if (refreshToken === undefined) throw new Error('every session is being refreshed: there are too few of them')
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refreshToken }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`)
  tokens.push((JSON.parse(text) as { refreshToken: string }).refreshToken) // the answer of POST /v1/auth/refresh
}

const result =
  perSecond === undefined
    ? await closedLoop({ concurrency: connections, seconds }, refresh)
    : await paced({ perSecond, seconds }, refresh)
console.log(JSON.stringify({ ...result, tokens }))
