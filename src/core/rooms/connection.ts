import type { ErrorCode } from '../../declared.ts'
import type { Principal } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { isSession } from '../authz/question.ts'
import { type Admitted, admit, gets, scopesOfRooms } from './admission.ts'
import { isSame, refusalOf } from './identity.ts'
import type { HubParts, Member } from './member.ts'
import {
  type Credential,
  type Peer,
  type Present,
  type RoomName,
  type StreamEnd,
  type StreamEndReason,
  streamEnds,
} from './model.ts'
import { isRoomName } from './names.ts'
import { sendPast } from './past.ts'
import type { Told } from './recent.ts'

interface RoomState {
  admitted: Admitted
  /** False while the past is sent. */
  live: boolean
}

const MAX_ROOMS = 100
/** How long a client may read nothing, in looks of the hub: ten seconds. */
const MAX_STALLED = 40
const MAX_REFUSED = 100
/** The last ids that were sent: an event in two rooms is sent once, also when the second room is joined with a cursor. */
const MAX_REMEMBERED = 128
/** Rules can depend on the time of day, which no event tells. */
const SWEEP_MS = 60_000

const retries: readonly StreamEndReason[] = ['token_expired', 'too_slow', 'stopping', 'time_over', 'history_lost']

export function createConnection(hub: HubParts, first: Credential, peer: Peer): Member {
  const { deps } = hub
  const { clock, random, streams } = deps
  const id = random.id('con')
  const rooms = new Map<RoomName, RoomState>()
  const sweepMs = SWEEP_MS + (random.bytes(1)[0] ?? 0) * 100
  let credential = first
  let principal: Principal = first.principal
  /** Read again soon: the request may have found its principal before an event that this connection did not hear. */
  let checkAt = clock.now()
  let open = true
  /** True while the principal is read again: nothing is sent until then. */
  let held = false
  let isWaiting = false
  let stalled = 0
  /** How often it took nothing since it took something. */
  let refused = 0
  let lastId = ''
  let remembered: string[] = []
  /** What waits for `release`. */
  const released: (() => void)[] = []
  let rechecks = 0

  const endWith = (reason: StreamEndReason, code?: ErrorCode): void => {
    if (!open) return
    for (const room of [...rooms.keys()]) leave(room)
    open = false
    for (const go of released.splice(0)) go()
    hub.ended(member)
    const end: StreamEnd = {
      reason,
      message: streamEnds[reason],
      code,
      retryMs: retries.includes(reason) ? hub.retryMs() : null,
    }
    attempt(() => peer.ended(end))
  }

  /** A peer that throws is as good as gone. */
  function attempt(act: () => unknown): boolean {
    try {
      return act() !== false
    } catch (cause) {
      deps.log.warning('a stream failed', { connectionId: id, cause })
      endWith('closed')
      return true
    }
  }

  /** False: not now. */
  function give(told: Told, room: RoomName): boolean {
    if (held) return false
    const isTaken = attempt(() => peer.send(told, room))
    refused = isTaken ? 0 : refused + 1
    if (!isTaken) return false
    remembered.push(told.event.id)
    if (remembered.length > 2 * MAX_REMEMBERED) remembered = remembered.slice(-MAX_REMEMBERED)
    return true
  }

  /** Sends these rooms what was told after `after`, as soon as it may be sent. Then they are live. */
  const catchUp = (names: readonly RoomName[], after: string, begun?: () => void): Promise<string> =>
    sendPast(hub, names, after, {
      wanted: (told) =>
        told.rooms.find((room) => {
          const state = names.includes(room) ? rooms.get(room) : undefined
          return state?.live === false && gets(state.admitted, told.event)
        }),
      give: (told, room) => remembered.includes(told.event.id) || give(told, room),
      async ready() {
        while (open && held) await new Promise<void>((resolve) => released.push(resolve))
        if (!open || refused === 0) return
        if (peer.ready === undefined || refused > MAX_REFUSED) return endWith('too_slow')
        isWaiting = true
        await peer.ready()
        isWaiting = false
        stalled = 0
      },
      begun,
      isOpen: () => open,
      live() {
        for (const room of held ? [] : names) {
          const state = rooms.get(room)
          if (state !== undefined) state.live = true
        }
        return !held
      },
    })

  /** From here on nothing is sent as it happens: the client is slow, or the principal is read again. Nothing is kept for it either. */
  function pause(after: string): void {
    const paused = [...rooms].filter(([, { live }]) => live)
    for (const [, state] of paused) state.live = false
    if (paused.length === 0) return
    catchUp(
      paused.map(([room]) => room),
      after,
    ).catch((cause: unknown) => {
      deps.log.warning('a stream cannot catch up', { connectionId: id, cause })
      endWith('too_slow')
    })
  }

  const present = (): Present => ({
    id: isSession(principal) ? principal.user.id : principal.id,
    kind: 'user',
    since: clock.now(),
  })
  let shown: Present | undefined

  function show(room: RoomName, { isPresent }: Admitted): void {
    if (!isPresent) return
    shown ??= present()
    streams.presence.enter(room, { ...shown, since: clock.now() }, id)
  }

  const hide = (room: RoomName) => shown && streams.presence.leave(room, shown, id)

  function leave(room: RoomName): void {
    const state = rooms.get(room)
    if (state === undefined) return
    rooms.delete(room)
    hub.leave(room, member)
    hide(room)
  }

  function lose(room: RoomName, code: ErrorCode): void {
    leave(room)
    if (peer.lost === undefined) endWith('access_lost', code)
    else attempt(() => peer.lost?.(room, code))
  }

  async function admitted(names: readonly string[]): Promise<Map<RoomName, Admitted>> {
    const asked = [...new Set(names)].filter((name) => !rooms.has(name as RoomName)) // a Map takes any key
    const known = asked.filter(isRoomName)
    if (known.length < asked.length) throw problem('room.not_found')
    if (rooms.size + known.length > MAX_ROOMS) throw problem('room.too_many')
    const found = new Map<RoomName, Admitted>()
    const scopes = await scopesOfRooms(deps, known)
    for (const room of known) {
      const answer = admit(principal, room, scopes, clock.now())
      if (answer instanceof Problem) throw answer
      found.set(room, answer)
    }
    return found
  }

  const member: Member = {
    id,
    account: first.principal.limiterKey,
    get principal() {
      return principal
    },
    get open() {
      return open
    },
    get rooms() {
      return new Set(rooms.keys())
    },
    get position() {
      return !held && [...rooms.values()].every(({ live }) => live) ? hub.head() : undefined
    },
    get tokenEndsAt() {
      return credential.tokenEndsAt
    },
    get checkAt() {
      return checkAt
    },
    set checkAt(at) {
      checkAt = at
    },
    async join(names, after, begun) {
      const asked = await admitted(names)
      if (!open) return hub.head()
      // Between the answer and this line something may have changed; the recheck that is due asks for these rooms too.
      for (const [room, found] of asked) {
        if (rooms.has(room)) continue // another call was quicker
        rooms.set(room, { admitted: found, live: after === undefined && !held })
        hub.enter(room, member)
        show(room, found)
      }
      if (asked.size > 0) checkAt = Math.min(checkAt, clock.now())
      if (asked.size === 0 || (after === undefined && !held)) {
        begun?.()
        return hub.head()
      }
      try {
        return await catchUp([...asked.keys()], after ?? hub.head(), begun)
      } catch (error) {
        for (const room of asked.keys()) leave(room)
        throw error
      }
    },
    leave: (room) => leave(room as RoomName), // a Map takes any key
    renew(next) {
      if (!isSame(principal, next.principal)) throw problem('stream.other_credential')
      credential = next
      rechecks++ // what is being read is of the former one
      hub.suspect(member)
    },
    seesPresent: (name) => rooms.get(name as RoomName)?.admitted.seesPresent === true, // a Map takes any key
    async present(name) {
      if (!member.seesPresent(name)) throw problem('room.not_found')
      return streams.presence.list(name as RoomName) // it is a key of `rooms`
    },
    end: endWith,
    endWith,
    tell(told, room) {
      const state = rooms.get(room)
      if (!open || state?.live !== true || lastId === told.event.id || !gets(state.admitted, told.event)) return
      if (give(told, room)) lastId = told.event.id
      else pause(hub.before())
    },
    look() {
      if (isWaiting && ++stalled > MAX_STALLED) endWith('too_slow')
    },
    tellPresence(room, change) {
      const state = rooms.get(room)
      if (!open || state?.admitted.seesPresent !== true || peer.presence === undefined) return true
      if (!attempt(() => peer.presence?.(room, change))) endWith('too_slow')
      return open
    },
    hold() {
      if (held) return
      held = true
      pause(hub.head())
    },
    async recheck() {
      const turn = ++rechecks
      const reloaded = await credential.reload().catch(refusalOf)
      if (!open || turn !== rechecks) return false
      if (reloaded instanceof Problem) {
        endWith('credential_ended', reloaded.code)
        return false
      }
      principal = reloaded.principal
      checkAt = Math.min(reloaded.checkAt, clock.now() + sweepMs)
      hub.changed(member)
      const names = [...rooms.keys()]
      const scopes = await scopesOfRooms(deps, names)
      if (turn !== rechecks) return false
      for (const room of names) {
        const state = rooms.get(room)
        if (state === undefined) continue
        const answer = admit(principal, room, scopes, clock.now())
        if (answer instanceof Problem) {
          lose(room, answer.code)
          continue
        }
        // Whoever may read here without being a member is not shown.
        if (answer.isPresent !== state.admitted.isPresent) answer.isPresent ? show(room, answer) : hide(room)
        state.admitted = answer
      }
      return open
    },
    release() {
      held = false
      for (const go of released.splice(0)) go()
    },
  }
  return member
}
