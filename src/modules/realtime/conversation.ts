/** One WebSocket: takes the messages of its client in turn, and answers. */
import { accountBudget } from '../../core/limits/request-budgets.ts'
import { hubOf } from '../../core/rooms/hub.ts'
import {
  type Connection,
  type Credential,
  type Frame,
  type Peer,
  type PresenceChange,
  type RoomName,
  type StreamEnd,
  streamEnds,
} from '../../core/rooms/model.ts'
import type { Deps, Principal } from '../../deps.ts'
import { type ErrorCode, type Problem, problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import type { Admission } from './admissions.ts'
import { CLOSE_CODES, type End, ownEnds, RECONNECT, soon } from './ends.ts'
import type { Conversation, Socket } from './model.ts'
import { idIn, readMessage } from './messages.ts'
import type { ReceivedMessage, SentMessage } from './schema.ts'
import { type Watched, watchOf } from './watch.ts'
import { eventText, lengthOf, presentOf, problemOf, timeOf } from './words.ts'

/** Messages that wait for their turn, because each is answered before the next one is taken. */
const MAX_WAITING = 30
const MAX_WAITING_LENGTH = 65_536
/** Messages in a window. Each is read at once, so this bounds the work of a client that waits for no answer. */
const MAX_MESSAGES = 100
const WINDOW_MS = 10_000

export const converse = (admission: Admission, socket: Socket): Conversation => new Talk(admission, socket)

/** A class, because a closure for each act would cost each idle connection two kilobytes. */
class Talk implements Conversation, Peer, Watched {
  readonly #admission: Admission
  readonly #socket: Socket
  #connection: Connection | undefined
  #isOver = false
  #isBusy = true
  #waiting: (string | Uint8Array)[] | undefined
  #windowEnds = 0
  #taken = 0
  /** Rooms whose comings and goings the client asked for. */
  #followed: Set<string> | undefined
  /** Until when somebody must have authenticated, ms UTC. */
  readonly #authenticateBy: number
  /** The end of the access token, ms UTC, and whether the client was told that it comes. */
  #endsAt: number | null = null
  #told = false

  constructor(admission: Admission, socket: Socket) {
    this.#admission = admission
    this.#socket = socket
    this.#authenticateBy = this.#deps.clock.now() + AUTHENTICATE_WITHIN_MS
    watchOf(this.#deps).add(this)
    void this.#takeTurns(true)
  }

  get #deps(): Deps {
    return this.#admission.deps
  }

  // The client

  message(data: string | Uint8Array): void {
    if (this.#isOver) return
    const now = this.#deps.clock.now()
    if (now >= this.#windowEnds || now < this.#windowEnds - WINDOW_MS) {
      this.#windowEnds = now + WINDOW_MS
      this.#taken = 0
    }
    this.#taken++
    this.#waiting ??= []
    const isTooMuch = this.#waiting.length >= MAX_WAITING || lengthOf(this.#waiting) > MAX_WAITING_LENGTH
    if (this.#taken > MAX_MESSAGES || isTooMuch) {
      this.#end('too_many_messages', ownEnds.too_many_messages, {
        code: problem('realtime.too_many_messages').code,
        retryMs: soon(this.#deps),
      })
      return
    }
    this.#waiting.push(data)
    if (!this.#isBusy) void this.#takeTurns(false)
  }

  closed(): void {
    this.#isOver = true
    this.#waiting = undefined
    watchOf(this.#deps).delete(this)
    this.#connection?.end('closed')
  }

  // The hub

  send(frame: Frame, room: RoomName): boolean {
    return this.#isOver || this.#socket.send(eventText(frame, room))
  }

  together(act: () => void): void {
    this.#socket.together(act)
  }

  presence(room: RoomName, { present, change }: PresenceChange): boolean {
    if (this.#followed?.has(room) !== true) return true
    return this.#say({ type: 'presenceChanged', room, change, present: presentOf(present) })
  }

  ready(): Promise<void> {
    return this.#socket.drained()
  }

  lost(room: RoomName, code: ErrorCode): void {
    this.#followed?.delete(room)
    this.#sayOrEnd({ type: 'removed', room, code })
  }

  ended({ reason, message, code, retryMs }: StreamEnd): void {
    this.#end(reason, message, { code, retryMs })
  }

  // The watch

  look(now: number): void {
    if (this.#connection === undefined) {
      if (!this.#isBusy && now >= this.#authenticateBy)
        this.#end('not_authenticated', ownEnds.not_authenticated, { code: 'auth.required', retryMs: null })
      return
    }
    const endsAt = this.#endsAt
    if (this.#told || endsAt === null || endsAt - now > EXPIRING_MS || endsAt <= now) return
    this.#told = true
    this.#sayOrEnd({ type: 'expiring', expiresAt: iso(endsAt) })
  }

  stop(): void {
    // The hub ends those that are connected.
    if (this.#connection === undefined) this.#end('stopping', streamEnds.stopping, { retryMs: soon(this.#deps) })
  }

  // What is said

  #say(message: ReceivedMessage): boolean {
    return this.#isOver || this.#socket.send(JSON.stringify(message))
  }

  #sayOrEnd(message: ReceivedMessage): void {
    if (!this.#say(message)) this.#end('too_slow', streamEnds.too_slow, { retryMs: soon(this.#deps) })
  }

  /** The last words. Does nothing when they were said. */
  #end(
    reason: End,
    message: string,
    { code, retryMs }: { code?: ErrorCode | undefined; retryMs: number | null },
  ): void {
    if (this.#isOver) return
    this.#say({ type: 'closing', reason, message, ...(code && { code }), retryAfterMs: retryMs })
    this.closed()
    this.#socket.close(CLOSE_CODES[reason], code ?? reason)
  }

  // What is done

  /** Never rejects: nobody waits for it. */
  async #takeTurns(isFirst: boolean): Promise<void> {
    this.#isBusy = true
    try {
      if (isFirst) await this.#begin()
      for (let data = this.#waiting?.shift(); data !== undefined; data = this.#waiting?.shift()) await this.#take(data)
    } catch (cause) {
      this.#refuse(problemOf(cause))
    } finally {
      this.#isBusy = false
    }
  }

  async #begin(): Promise<void> {
    const { credential } = this.#admission
    this.#admission.credential = undefined
    if (credential !== undefined) await this.#connect(credential)
    this.#sayOrEnd({
      type: 'welcome',
      connectionId: this.#connection?.id ?? null,
      actorId: credential?.principal.id ?? null,
      expiresAt: timeOf(credential?.tokenEndsAt),
      reconnect: RECONNECT,
    })
  }

  /** The connection cannot begin. */
  #refuse({ code, status, message, options }: Problem): void {
    if (status === 500) this.#deps.log.error('a WebSocket failed', { code, cause: options.cause })
    const retryMs = status === 401 || status === 403 ? null : (options.retryAfterSeconds ?? 0) * 1000 + soon(this.#deps)
    this.#end(status >= 500 ? 'failed' : 'refused', message, { code, retryMs })
  }

  async #take(data: string | Uint8Array): Promise<void> {
    try {
      await this.#answer(readMessage(data))
    } catch (cause) {
      const { code, status, message: title, options } = problemOf(cause)
      if (status === 500) this.#deps.log.error('a message of a WebSocket failed', { code, cause })
      const { detail, errors } = options
      const id = idIn(data)
      this.#sayOrEnd({
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

  async #answer(message: SentMessage): Promise<void> {
    const id = message.id === undefined ? {} : { id: message.id }
    if (message.type === 'ping') return this.#sayOrEnd({ type: 'pong', ...id })
    if (message.type === 'authenticate') return this.#authenticate(message)
    const connection = this.#connection
    if (connection === undefined) throw problem('realtime.not_authenticated')
    switch (message.type) {
      case 'subscribe':
        return this.#subscribe(connection, message)
      case 'unsubscribe':
        this.#followed?.delete(message.room)
        connection.leave(message.room)
        return this.#sayOrEnd({ type: 'unsubscribed', ...id, room: message.room })
      case 'presence':
        this.#spend(connection.principal)
        return this.#sayPresent(connection, message.room, id)
    }
  }

  async #authenticate({ id, token, proof }: Extract<SentMessage, { type: 'authenticate' }>): Promise<void> {
    const credential = await this.#admission.authenticate(token, proof)
    if (this.#isOver) return
    if (this.#connection === undefined) await this.#connect(credential)
    else {
      this.#spend(credential.principal)
      this.#connection.renew(credential)
      this.#endsAt = credential.tokenEndsAt
      this.#told = false
    }
    this.#sayOrEnd({
      type: 'authenticated',
      ...(id && { id }),
      actorId: credential.principal.id,
      expiresAt: timeOf(credential.tokenEndsAt),
    })
  }

  async #connect(credential: Credential): Promise<void> {
    this.#spend(credential.principal)
    const made = await hubOf(this.#deps).connect(credential, this)
    if (this.#isOver) return made.end('closed')
    this.#connection = made
    this.#endsAt = credential.tokenEndsAt
    this.#told = false
  }

  async #subscribe(
    connection: Connection,
    { id, room, rooms: several, after, presence }: Extract<SentMessage, { type: 'subscribe' }>,
  ): Promise<void> {
    const rooms = [...new Set(several ?? (room === undefined ? [] : [room]))]
    this.#spend(connection.principal)
    const head = await connection.join(rooms, after)
    if (presence === true) {
      this.#followed ??= new Set()
      for (const joined of rooms) this.#followed.add(joined)
    }
    this.#sayOrEnd({ type: 'subscribed', ...(id && { id }), rooms, head })
    if (presence === true)
      for (const joined of rooms) if (connection.seesPresent(joined)) await this.#sayPresent(connection, joined, {})
  }

  async #sayPresent(connection: Connection, room: string, id: { id?: string }): Promise<void> {
    const present = await connection.present(room)
    this.#sayOrEnd({ type: 'presence', ...id, room, present: present.map(presentOf) })
  }

  /** A message that asks the database costs a request of the account. Throws `request.rate_limited`. */
  #spend(principal: Principal): void {
    accountBudget(this.#deps)?.(principal, {})
  }
}

const AUTHENTICATE_WITHIN_MS = 10_000
/** The client is told this long before its credential expires. */
const EXPIRING_MS = 60_000
