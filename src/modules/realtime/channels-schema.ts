/** The channels of the AsyncAPI document. */
import { type TObject, Type } from '@sinclair/typebox'
import { RealtimeEvent, received, sent } from './schema.ts'

const answers: Record<keyof typeof sent, readonly TObject[]> = {
  authenticate: [received.authenticated],
  subscribe: [received.subscribed, received.presence],
  unsubscribe: [received.unsubscribed],
  presence: [received.presence],
  ping: [received.pong],
}

export const realtimeChannels = {
  realtime: {
    address: '/v1/realtime',
    title: 'WebSocket',
    description:
      'Events of rooms as they happen, presence, and a credential that is renewed on the open connection. Each message is a text with one JSON object of at most 16 KiB. A connection takes 100 messages in ten seconds.',
    protocol: 'ws',
    sends: Object.values<TObject>(received),
    receives: (Object.keys(sent) as (keyof typeof sent)[]).map((name) => ({
      // its own keys
      message: sent[name],
      answers: [...answers[name], received.error],
    })),
  },
  events: {
    address: '/v1/events',
    title: 'Server-sent events',
    description:
      'The same events over HTTP, in one direction. `event:` has the type, `id:` the id and `data:` this object. Send the last id as `Last-Event-ID` to continue.',
    protocol: 'http',
    sends: [Type.Object(RealtimeEvent.properties, { title: 'ServerSentEvent', description: 'Something happened.' })],
    receives: [],
  },
} as const
