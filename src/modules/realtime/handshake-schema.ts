import { Type } from '@sinclair/typebox'

/** 101 has no body. */
export const Upgraded = Type.Undefined({
  description: 'The connection is a WebSocket now. `welcome` is its first message.',
})
