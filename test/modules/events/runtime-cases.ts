import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { PASSWORD, type Session } from '../../support/client.ts'

interface Told {
  event: string
  id: string
  data: { id: string; type: string; subject: string | null }
}

/** Events of an answer that has ended. */
const eventsOf = (text: string): Told[] =>
  text.split('\n\n').flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
    const [event, id, data] = [field('event'), field('id'), field('data')]
    if (event === undefined || id === undefined || data === undefined) return []
    return [{ event, id, data: JSON.parse(data) as Told['data'] }]
  })

const lastId = (text: string) => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1]

export const eventCases = [
  guarantee(
    'a stream tells what happened to an account after the last event that the client has, once, and ends when asked to',
    ['GET /v1/events'],
    async ({ signUp, call, refused }) => {
      const { accessToken: token, user } = await signUp()
      const start = await call('GET /v1/events?wait=0', { token })
      expect(start.headers.get('content-type')).toBe('text/event-stream')
      expect(start.text).toMatch(/^event: stream\.open\nretry: \d+\ndata: \{"connectionId":"con_/)
      for (const name of ['One', 'Two']) await call('PATCH /v1/me', { token, body: { name } })

      const { text } = await call(`GET /v1/events?wait=0&after=${lastId(start.text)}`, { token })
      const told = eventsOf(text)
      expect(told.map(({ event }) => event)).toEqual(['user.updated', 'user.updated'])
      expect(told.every(({ id, data }) => id === data.id && data.subject === user.id)).toBe(true)
      expect(text).toContain('event: stream.end\n')

      const again = await call('GET /v1/events?wait=0', { token, headers: { 'last-event-id': told[0]?.id ?? '' } })
      expect(eventsOf(again.text).map(({ id }) => id)).toEqual([told[1]?.id ?? ''])
      await refused(`GET /v1/events?wait=0&after=evt_${'0'.repeat(32)}`, 'stream.cursor_expired', { token })
      await refused('GET /v1/events?wait=0&rooms=topic:session', 'auth.forbidden', { token })
    },
  ),
  guarantee(
    'a stream that waits hears of a change, and of the end of its session',
    ['GET /v1/events'],
    async ({ signUp, call }) => {
      const { accessToken: token, user } = await signUp()
      const signedIn = await call<Session>('POST /v1/auth/sign-in', { body: { email: user.email, password: PASSWORD } })
      const start = await call('GET /v1/events?wait=0', { token })
      const waiting = call(`GET /v1/events?wait=20&after=${lastId(start.text)}`, { token })
      await call('PATCH /v1/me', { token, body: { name: 'Heard' } })
      await call('POST /v1/auth/sign-out', { token })
      const { text } = await waiting
      // Where an answer is sent when it is whole, it ends after the first events.
      expect(text).toMatch(/event: user\.updated\n|"reason":"credential_ended"/)
      expect(text).toMatch(/"reason":"(?:credential_ended|time_over)"/)
      expect((await call('GET /v1/events?wait=0', { token: signedIn.body.accessToken })).status).toBe(200)
    },
  ),
]
