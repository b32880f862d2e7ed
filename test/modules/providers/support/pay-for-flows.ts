/** A flow to GitHub and back, whose callback is paid for. */
import type { Asked } from '../../../support/contract.ts'

export const CALLBACK = '/v1/auth/providers/github/callback'
export const START = '/v1/auth/providers/github/start'

interface Flow {
  state: string
  cookie: string
}

/** What a browser takes along from the answer that began a flow. */
export function flowOf({ headers, text }: { headers: Headers; text: string }): Flow {
  const url = headers.get('location') ?? (JSON.parse(text) as { url: string }).url // of a link
  const state = new URL(url).searchParams.get('state') ?? ''
  return { state, cookie: headers.get('set-cookie')?.split(';')[0] ?? '' }
}

export const comeBack = ({ pay }: Asked, { state, cookie }: Flow, code = 'good') =>
  pay('GET /v1/auth/providers/:id/callback', `${CALLBACK}?code=${code}&state=${state}`, { headers: { cookie } }, 302)
