import { expect } from 'bun:test'
import { connect } from 'node:net'
import { accepted } from '../../runtime/exceptions.ts'
import { guarantee } from '../../runtime/case.ts'
import { dial, type Heard } from './support/client.ts'

export const realtimeCases = [
  guarantee(
    'a client connects by WebSocket, authenticates, follows a room, and is cut off when it signs out',
    ['GET /v1/realtime'],
    async ({ runtime, server, signUp, call, refused }) => {
      await refused('GET /v1/realtime', 'realtime.upgrade_required')
      expect(await statusOfHandshake(server.baseUrl, 'https://evil.example')).toBeOneOf(
        accepted(runtime, 'a WebSocket is opened', 403),
      )
      const status = await statusOfHandshake(server.baseUrl)
      expect(status).toBeOneOf(accepted(runtime, 'a WebSocket is opened', 101))
      if (status !== 101) return

      const { accessToken: token, user } = await signUp()
      const room = `user:${user.id}`
      const client = await dial(`${server.baseUrl.replace('http', 'ws')}/v1/realtime`)
      expect(await client.next('welcome')).toMatchObject({ actorId: null })
      client.say({ type: 'subscribe', id: '1', room })
      expect(await client.next('error')).toMatchObject({ id: '1', code: 'realtime.not_authenticated', status: 401 })
      client.say({ type: 'authenticate', id: '2', token })
      expect(await client.next('authenticated')).toMatchObject({ id: '2', actorId: user.id })
      client.say({ type: 'subscribe', id: '3', room })
      const { head } = await client.next('subscribed')
      await call('PATCH /v1/me', { token, body: { name: 'Ada' } })
      const { event } = await client.next('event', (message) => typeOf(message) === 'user.updated')
      expect(event).toMatchObject({ subject: user.id })
      await call('POST /v1/auth/sign-out', { token })
      expect(await client.next('closing')).toMatchObject({ reason: 'credential_ended', retryAfterMs: null })
      expect((await client.closed).code).toBe(4401)
      expect(head).toMatch(/^evt_/)
    },
  ),

  guarantee('the AsyncAPI document names its own server', ['GET /asyncapi.json'], async ({ call }) => {
    const { status, headers, body } = await call<{ servers: { ws: { host: string } } }>('GET /asyncapi.json')
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(body.servers.ws).toMatchObject({ host: 'id.test', protocol: 'ws' })
  }),
]

const typeOf = ({ event }: Heard): unknown => (event as { type?: unknown } | undefined)?.type // of the wire

/** The status that a handshake gets, on a connection of its own. */
export async function statusOfHandshake(baseUrl: string, origin?: string): Promise<number> {
  const { hostname, port, host } = new URL(baseUrl)
  const socket = connect(Number(port), hostname)
  try {
    socket.write(
      [
        'GET /v1/realtime HTTP/1.1',
        `Host: ${host}`,
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ...(origin === undefined ? [] : [`Origin: ${origin}`]),
        '\r\n',
      ].join('\r\n'),
    )
    const head = await new Promise<string>((resolve, reject) => {
      socket.once('data', (bytes: Buffer) => resolve(bytes.toString('latin1')))
      socket.once('error', reject)
    })
    return Number(head.split(' ')[1])
  } finally {
    socket.destroy()
  }
}
