import { defineFeature } from '../feature.ts'

export const feature = defineFeature({
  name: 'rooms',
  idPrefixes: ['con'],
  errors: {
    'stream.too_many': {
      status: 429,
      title: 'This account has too many open streams.',
      remedy: 'Close streams that you do not read. One stream can follow many rooms.',
    },
    'stream.cursor_expired': {
      status: 410,
      title: 'The stream cannot continue after this event, because it is unknown here or too long ago.',
      remedy: 'Read your data again, then connect without a cursor.',
    },
    'stream.other_credential': {
      status: 403,
      title: 'The new token is not of the account and session that opened the stream.',
      remedy: 'Open another stream with this token.',
    },
    'room.not_found': {
      status: 404,
      title: 'There is no such room for you.',
      remedy:
        'Use `user:` and the id of your account, `org:` and the id of an organisation, or `topic:` and a noun of event types.',
    },
    'room.too_many': {
      status: 409,
      title: 'The stream is in as many rooms as it can be.',
      remedy: 'Leave a room first, or open another stream.',
    },
  },
  variables: {
    STREAMS_PER_PROCESS: {
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000,
      default: 20_000,
      description: 'Open event streams and WebSockets of this process. One more gets 503 and waits.',
    },
    STREAMS_PER_ACCOUNT: {
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000,
      default: 30,
      description: 'Open event streams and WebSockets of one account, key or client in this process.',
    },
  },
})
