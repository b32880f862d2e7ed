/** Reads the messages of clients. */
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { problem } from '../../errors.ts'
import { utf8 } from '../../lib/encoding.ts'
import { expectation } from '../../lib/expectations.ts'
import { isRecord } from '../../lib/is-record.ts'
import { MAX_MESSAGE_BYTES } from './limits.ts'
import { sent, type SentMessage } from './schema.ts'

const TYPES = Object.keys(sent)

const refused = (path: string, message: string) => problem('realtime.message_invalid', { errors: [{ path, message }] })

/** Throws `realtime.message_invalid`. The problem never has a value of the message, which may be a token. */
export function readMessage(data: string | Uint8Array): SentMessage {
  if (typeof data !== 'string') throw refused('', 'Expected text, and not binary data')
  // Not every runtime refuses it before. So little text costs little, whatever is nested in it.
  if (data.length > MAX_MESSAGE_BYTES || utf8(data).length > MAX_MESSAGE_BYTES)
    throw refused('', `Expected at most ${MAX_MESSAGE_BYTES} bytes`)
  const message = parsed(data)
  if (!isRecord(message)) throw refused('', 'Expected a JSON object')
  const { type } = message
  if (!isType(type)) throw refused('/type', `Expected one of ${TYPES.join(', ')}`)
  const schema: TSchema = sent[type]
  if (!Value.Check(schema, message)) {
    const found = Value.Errors(schema, message).First()
    // The name of an unknown field is a text of the client.
    const isUnknownField = found !== undefined && !Object.hasOwn(schema.properties, found.path.split('/')[1] ?? '')
    if (found === undefined || isUnknownField) throw refused('', 'Expected no field that is not described')
    throw refused(found.path, expectation(found))
  }
  const valid = message as SentMessage // it fits the schema of its type
  if (valid.type === 'subscribe' && (valid.room === undefined) === (valid.rooms === undefined))
    throw refused('/room', 'Expected either room or rooms')
  return valid
}

/** The id of a message that may be invalid, so that its refusal can name it. */
export function idIn(data: string | Uint8Array): string | undefined {
  if (typeof data !== 'string' || data.length > MAX_MESSAGE_BYTES) return undefined
  return /"id"\s*:\s*"([\w-]{1,64})"/.exec(data)?.[1]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refused('', 'Expected JSON')
  }
}

const isType = (type: unknown): type is SentMessage['type'] => typeof type === 'string' && Object.hasOwn(sent, type)
