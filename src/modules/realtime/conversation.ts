/** One WebSocket: takes the messages of its client in turn, and answers. */
import { accountBudget } from '../../core/limits/request-budgets.ts'
import { hubOf } from '../../core/rooms/hub.ts'
import {
  type Connection,
  type Credential,
  type Peer,
  type Present,
  type RoomName,
  type StreamEnd,
  streamEnds,
} from '../../core/rooms/model.ts'
import { type ErrorCode, Problem, problem } from '../../errors.ts'
import { storageProblem } from '../../lib/database-errors.ts'
import { iso } from '../../lib/iso-time.ts'
import type { Admission } from './admissions.ts'
import { idIn, readMessage } from './messages.ts'
import type { ReceivedMessage, SentMessage } from './schema.ts'
import { watchOf } from './watch.ts'

/** The client, whatever the runtime. */
export interface Socket {
  /** False: it was not sent, because the client has not read what was sent before. */
  send: (text: string) => boolean
  close: (code: number, reason: string) => void
  /** Resolves when the client has read most of what was sent, or has gone. */
  drained: () => Promise<void>
}

export interface Conversation {
  message: (data: string | Uint8Array) => void
  /** The client is gone. */
  closed: () => void
}

/** Messages that wait for their turn, because each is answered before the next one is taken. */
const MAX_WAITING = 30
const MAX_WAITING_LENGTH = 65_536
/** Messages in a window. Each is read at once, so this bounds the work of a client that waits for no answer. */
const MAX_MESSAGES = 100
const WINDOW_MS = 10_000

/** RFC 6455 §7.4. From 4400 to 4599: 4000 and the status of the error. */
const CLOSE_CODES: Record<End, number> = {
  closed: 1000,
  stopping: 1001,
  time_over: 1001,
  too_slow: 1013,
  credential_ended: 4401,
  token_expired: 4401,
  not_authenticated: 4401,
  access_lost: 4403,
  history_lost: 4410,
  too_many_messages: 4429,
  refused: 4400,
  failed: 1011,
}

const ownEnds = {
  not_authenticated: 'Nobody authenticated in time. Send `authenticate` first, with an access token or an API key.',
  too_many_messages: 'The client sends more messages than the server takes. Connect again, and wait for answers.',
  refused: 'The server did not take the connection.',
  failed: 'The server failed. Connect again: the stream continues after the last event.',
} as const
type End = StreamEnd['reason'] | keyof typeof ownEnds

/** When a client comes back that was told nothing. */
const RECONNECT = { minMs: 500, maxMs: 15_000 } as const

export function converse(admission: Admission, socket: Socket): Conversation {
  const { deps } = admission
  const { clock, log, random } = deps
  const hub = hubOf(deps)
  const spend = accountBudget(deps)
  const watch = watchOf(deps)
  let connection: Connection | undefined
  let isOver = false
  const waiting: (string | Uint8Array)[] = []
  let isBusy = true
  let windowEnds = 0
  let taken = 0
  /** Rooms whose comings and goings the client asked for. */
  let followed: Set<string> | undefined
  /** The end of the credential, ms UTC, and whether the client was told that it comes. */
  let endsAt: number | null = null
  let told = false

  /** Between the two times of RECONNECT: clients that were cut off together do not come back together. */
  function soon(): number {
    const [high = 0, low = 0] = random.bytes(2)
    return RECONNECT.minMs + Math.floor(((high * 256 + low) / 65_536) * (RECONNECT.maxMs - RECONNECT.minMs))
  }

  const say = (message: ReceivedMessage): boolean => isOver || socket.send(JSON.stringify(message))
  const sayOrEnd = (message: ReceivedMessage): void => {
    if (!say(message)) end('too_slow', streamEnds.too_slow, { retryMs: soon() })
  }

  /** The last words. Does nothing when they were said. */
  function end(
    reason: End,
    message: string,
    { code, retryMs }: { code?: ErrorCode | undefined; retryMs: number | null },
  ): void {
    if (isOver) return
    say({ type: 'closing', reason, message, ...(code && { code }), retryAfterMs: retryMs })
    isOver = true
    waiting.length = 0
    watch.delete(watched)
    socket.close(CLOSE_CODES[reason], code ?? reason)
    connection?.end('closed')
  }

  const peer: Peer = {
    send: (frame, room) => isOver || socket.send(eventText(frame, room)),
    presence: (room, { present, change }) =>
      followed?.has(room) !== true || say({ type: 'presenceChanged', room, change, present: presentOf(present) }),
    ready: () => socket.drained(),
    lost(room, code) {
      followed?.delete(room)
      sayOrEnd({ type: 'removed', room, code })
    },
    ended: ({ reason, message, code, retryMs }) => end(reason, message, { code, retryMs }),
  }

  const watched = {
    /** Until when somebody must have authenticated. */
    authenticateBy: clock.now() + AUTHENTICATE_WITHIN_MS,
    look(now: number): void {
      if (connection === undefined) {
        if (!isBusy && now >= this.authenticateBy)
          end('not_authenticated', ownEnds.not_authenticated, { code: 'auth.required', retryMs: null })
        return
      }
      if (told || endsAt === null || endsAt - now > EXPIRING_MS || endsAt <= now) return
      told = true
      sayOrEnd({ type: 'expiring', expiresAt: iso(endsAt) })
    },
    stop() {
      // The hub ends those that are connected.
      if (connection === undefined) end('stopping', streamEnds.stopping, { retryMs: soon() })
    },
  }

  async function begin(): Promise<void> {
    const { credential } = admission
    admission.credential = undefined
    if (credential !== undefined) await connect(credential)
    sayOrEnd({
      type: 'welcome',
      connectionId: connection?.id ?? null,
      actorId: credential?.principal.id ?? null,
      expiresAt: timeOf(credential?.tokenEndsAt),
      reconnect: RECONNECT,
    })
  }

  async function connect(credential: Credential): Promise<void> {
    spend?.(credential.principal, {})
    const made = await hub.connect(credential, peer)
    if (isOver) return made.end('closed')
    connection = made
    endsAt = credential.tokenEndsAt
    told = false
  }

  async function authenticate({ id, token, proof }: Extract<SentMessage, { type: 'authenticate' }>): Promise<void> {
    const credential = await admission.authenticate(token, proof)
    if (isOver) return
    if (connection === undefined) await connect(credential)
    else {
      spend?.(credential.principal, {})
      connection.renew(credential)
      endsAt = credential.tokenEndsAt
      told = false
    }
    sayOrEnd({
      type: 'authenticated',
      ...(id && { id }),
      actorId: credential.principal.id,
      expiresAt: timeOf(credential.tokenEndsAt),
    })
  }

  async function answer(message: SentMessage): Promise<void> {
    const id = message.id === undefined ? {} : { id: message.id }
    if (message.type === 'ping') return sayOrEnd({ type: 'pong', ...id })
    if (message.type === 'authenticate') return authenticate(message)
    if (connection === undefined) throw problem('realtime.not_authenticated')
    switch (message.type) {
      case 'subscribe': {
        const rooms = message.rooms ?? (message.room === undefined ? [] : [message.room])
        spend?.(connection.principal, {})
        const head = await connection.join(rooms, message.after)
        if (message.presence === true) {
          followed ??= new Set()
          for (const room of rooms) followed.add(room)
        }
        sayOrEnd({ type: 'subscribed', ...id, rooms, head })
        if (message.presence === true) for (const room of rooms) await sayPresent(connection, room, {})
        return
      }
      case 'unsubscribe':
        followed?.delete(message.room)
        connection.leave(message.room)
        return sayOrEnd({ type: 'unsubscribed', ...id, room: message.room })
      case 'presence':
        spend?.(connection.principal, {})
        return sayPresent(connection, message.room, id)
    }
  }

  async function sayPresent(of: Connection, room: string, id: { id?: string }): Promise<void> {
    const present = await of.present(room)
    sayOrEnd({ type: 'presence', ...id, room, present: present.map(presentOf) })
  }

  /** Never rejects: nobody waits for it. */
  async function takeTurns(first: () => Promise<void>): Promise<void> {
    try {
      await first()
      for (let data = waiting.shift(); data !== undefined && !isOver; data = waiting.shift()) await take(data)
    } catch (cause) {
      refuse(problemOf(cause))
    } finally {
      isBusy = false
    }
  }

  async function take(data: string | Uint8Array): Promise<void> {
    try {
      await answer(readMessage(data))
    } catch (cause) {
      const { code, status, message: title, options } = problemOf(cause)
      if (status === 500) log.error('a message of a WebSocket failed', { code, cause })
      const { detail, errors } = options
      const id = idIn(data)
      sayOrEnd({
        type: 'error',
        ...(id && { id }),
        status,
        code,
        title,
        ...(detail && { detail }),
        ...(errors && { errors }),
      })
    }
  }

  /** The connection cannot begin. */
  function refuse({ code, status, message, options }: Problem): void {
    if (status === 500) log.error('a WebSocket failed', { code, cause: options.cause })
    const retryMs = status === 401 || status === 403 ? null : (options.retryAfterSeconds ?? 0) * 1000 + soon()
    end(status >= 500 ? 'failed' : 'refused', message, { code, retryMs })
  }

  watch.add(watched)
  void takeTurns(begin)

  return {
    message(data) {
      if (isOver) return
      const now = clock.now()
      if (now >= windowEnds || now < windowEnds - WINDOW_MS) {
        windowEnds = now + WINDOW_MS
        taken = 0
      }
      taken++
      if (taken > MAX_MESSAGES || waiting.length >= MAX_WAITING || lengthOf(waiting) > MAX_WAITING_LENGTH)
        return end('too_many_messages', ownEnds.too_many_messages, {
          code: 'realtime.too_many_messages',
          retryMs: soon(),
        })
      waiting.push(data)
      if (isBusy) return
      isBusy = true
      void takeTurns(async () => {})
    },
    closed() {
      isOver = true
      waiting.length = 0
      watch.delete(watched)
      connection?.end('closed')
    },
  }
}

const AUTHENTICATE_WITHIN_MS = 10_000
/** The client is told this long before its credential expires. */
const EXPIRING_MS = 60_000

const timeOf = (ms: number | null | undefined): string | null => (ms == null ? null : iso(ms))
const lengthOf = (texts: readonly (string | Uint8Array)[]): number => texts.reduce((sum, { length }) => sum + length, 0)
const presentOf = ({ id, kind, since }: Present) => ({ id, kind, since: iso(since) })

const problemOf = (error: unknown): Problem =>
  error instanceof Problem ? error : (storageProblem(error) ?? problem('server.error', { cause: error }))

/** The last text of an event. A room with a thousand connections gets one text. */
let made: { frame: object; room: RoomName; text: string } | undefined

function eventText(frame: Parameters<Peer['send']>[0], room: RoomName): string {
  if (made?.frame !== frame || made.room !== room)
    made = { frame, room, text: `{"type":"event","room":${JSON.stringify(room)},"event":${frame.json}}` }
  return made.text
}
