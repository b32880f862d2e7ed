import type { ErrorCode } from '../../declared.ts'
import type { Principal } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { isSession } from '../authz/question.ts'
import { type Admitted, admit, scopesOfRooms } from './admission.ts'
import { Delivery } from './delivery.ts'
import { isSame, refusalOf } from './identity.ts'
import type { HubParts, Member } from './member.ts'
import {
  type Credential,
  type Peer,
  type PresenceChange,
  type Present,
  type RoomName,
  type StreamEnd,
  type StreamEndReason,
  streamEnds,
} from './model.ts'
import { isRoomName } from './names.ts'
import type { Told } from './recent.ts'
import { type RoomState, RoomStates } from './room-states.ts'

const MAX_ROOMS = 100
/** Rules can depend on the time of day, which no event tells. */
const SWEEP_MS = 60_000

const retries: readonly StreamEndReason[] = ['token_expired', 'too_slow', 'stopping', 'time_over', 'history_lost']

export const createConnection = (hub: HubParts, credential: Credential, peer: Peer): Member =>
  new RoomConnection(hub, credential, peer)

/** A class, because a closure for each act would cost each idle connection three kilobytes. */
class RoomConnection implements Member {
  readonly id: string
  readonly account: string
  readonly #hub: HubParts
  readonly #peer: Peer
  readonly #rooms = new RoomStates()
  readonly #delivery: Delivery
  #principal: Principal
  #reload: Credential['reload']
  #tokenEndsAt: number | null
  /** Read again soon: the request may have found its principal before an event that this connection did not hear. */
  checkAt: number
  #open = true
  #rechecks = 0
  #shown: Present | undefined

  constructor(hub: HubParts, { principal, reload, tokenEndsAt }: Credential, peer: Peer) {
    const { clock, random } = hub.deps
    this.id = random.id('con')
    this.account = principal.limiterKey
    this.#hub = hub
    this.#peer = peer
    this.#delivery = new Delivery(hub, { peer, rooms: this.#rooms, connection: this })
    this.#principal = principal
    this.#reload = reload
    this.#tokenEndsAt = tokenEndsAt
    this.checkAt = clock.now()
  }

  get principal(): Principal {
    return this.#principal
  }
  get open(): boolean {
    return this.#open
  }
  get rooms(): ReadonlySet<RoomName> {
    return new Set(this.#rooms.keys())
  }
  get position(): string | undefined {
    return !this.#delivery.held && this.#rooms.areLive() ? this.#hub.head() : undefined
  }
  get tokenEndsAt(): number | null {
    return this.#tokenEndsAt
  }

  // The client

  async join(names: readonly string[], after?: string, begun?: () => void): Promise<string> {
    const { clock } = this.#hub.deps
    if (this.#rooms.isForgetful) this.endWith('time_over') // what it comes back for would come twice
    let asked = await this.#admitted(names)
    // What the client did before it came is no news to it.
    if (after === undefined) await this.#hub.settled()
    // What waits for it in other rooms comes before what happens in these. That may take long, so they are asked for again.
    while (after === undefined && this.#open && !this.#rooms.areLive()) {
      await this.#delivery.changed()
      asked = await this.#admitted(names)
    }
    if (!this.#open) return this.#hub.head()
    // Between the answer and this line something may have changed; the recheck that is due asks for these rooms too.
    const since = after ?? this.#hub.head()
    const live = after === undefined && !this.#delivery.held
    const joined = new Map<RoomName, RoomState>()
    for (const [room, admitted] of asked) {
      if (this.#rooms.has(room)) continue // another call was quicker
      const state = { admitted, live, since, at: since }
      this.#rooms.set(room, state)
      joined.set(room, state)
      this.#hub.enter(room, this)
      this.#show(room, admitted)
    }
    if (joined.size > 0) this.checkAt = Math.min(this.checkAt, clock.now())
    if (joined.size === 0 || live) {
      begun?.()
      return this.#hub.head()
    }
    try {
      return await this.#delivery.catchUp(joined, since, begun)
    } catch (error) {
      for (const room of joined.keys()) this.leave(room)
      throw error
    }
  }

  async #admitted(names: readonly string[]): Promise<Map<RoomName, Admitted>> {
    const { deps } = this.#hub
    const asked = [...new Set(names)].filter((name) => !this.#rooms.has(name as RoomName)) // a Map takes any key
    const known = asked.filter(isRoomName)
    if (known.length < asked.length) throw problem('room.not_found')
    if (this.#rooms.size + known.length > MAX_ROOMS) throw problem('room.too_many')
    const found = new Map<RoomName, Admitted>()
    const scopes = await scopesOfRooms(deps, known)
    for (const room of known) {
      const answer = admit(this.#principal, room, scopes, deps.clock.now())
      if (answer instanceof Problem) throw answer
      found.set(room, answer)
    }
    return found
  }

  leave(name: string): void {
    const room = name as RoomName // a Map takes any key
    if (!this.#rooms.has(room)) return
    this.#rooms.leave(room, this.#hub.head())
    this.#hub.leave(room, this)
    this.#hide(room)
    this.#delivery.wake()
  }

  renew(next: Credential): void {
    if (!isSame(this.#principal, next.principal)) throw problem('stream.other_credential')
    this.#reload = next.reload
    this.#tokenEndsAt = next.tokenEndsAt
    this.#rechecks++ // what is being read is of the former one
    this.#hub.suspect(this)
  }

  seesPresent(name: string): boolean {
    return this.#rooms.get(name as RoomName)?.admitted.seesPresent === true // a Map takes any key
  }

  async present(name: string): Promise<readonly Present[]> {
    if (!this.seesPresent(name)) throw problem('room.not_found')
    return this.#hub.deps.streams.presence.list(name as RoomName) // it is a key of `#rooms`
  }

  end(reason: StreamEndReason): void {
    this.endWith(reason)
  }

  // The hub

  endWith(reason: StreamEndReason, code?: ErrorCode): void {
    if (!this.#open) return
    for (const room of [...this.#rooms.keys()]) this.leave(room)
    this.#open = false
    this.#delivery.wake()
    this.#hub.ended(this)
    const end: StreamEnd = {
      reason,
      message: streamEnds[reason],
      code,
      retryMs: retries.includes(reason) ? this.#hub.retryMs() : null,
    }
    this.#delivery.attempt(() => this.#peer.ended(end))
  }

  hear(news: readonly Told[], before: string): void {
    this.#delivery.hear(news, before)
  }

  look(): void {
    this.#delivery.look()
  }

  tellPresence(room: RoomName, change: PresenceChange): boolean {
    if (!this.#open || !this.seesPresent(room) || this.#peer.presence === undefined) return true
    if (!this.#delivery.attempt(() => this.#peer.presence?.(room, change))) this.endWith('too_slow')
    return this.#open
  }

  hold(): void {
    this.#delivery.hold()
  }

  async recheck(): Promise<boolean> {
    const { deps } = this.#hub
    const turn = ++this.#rechecks
    const reload = this.#reload
    const reloaded = await reload().catch(refusalOf)
    if (!this.#open || turn !== this.#rechecks) return false
    if (reloaded instanceof Problem) {
      this.endWith('credential_ended', reloaded.code)
      return false
    }
    this.#principal = reloaded.principal
    const sweepMs = SWEEP_MS + (deps.random.bytes(1)[0] ?? 0) * 100
    this.checkAt = Math.min(reloaded.checkAt, deps.clock.now() + sweepMs)
    this.#hub.changed(this)
    const names = [...this.#rooms.keys()]
    const scopes = await scopesOfRooms(deps, names)
    if (turn !== this.#rechecks) return false
    for (const room of names) {
      const state = this.#rooms.get(room)
      if (state === undefined) continue
      const answer = admit(this.#principal, room, scopes, deps.clock.now())
      if (answer instanceof Problem) {
        this.#lose(room, answer.code)
        continue
      }
      // Whoever may read here without being a member is not shown.
      if (answer.isPresent !== state.admitted.isPresent) answer.isPresent ? this.#show(room, answer) : this.#hide(room)
      this.#rooms.readmit(room, answer, this.#hub.head())
    }
    return this.#open
  }

  release(): void {
    this.#delivery.release()
  }

  #lose(room: RoomName, code: ErrorCode): void {
    this.leave(room)
    if (this.#peer.lost === undefined) this.endWith('access_lost', code)
    else this.#delivery.attempt(() => this.#peer.lost?.(room, code))
  }

  #show(room: RoomName, { isPresent }: Admitted): void {
    if (!isPresent) return
    const since = this.#hub.deps.clock.now()
    const principal = this.#principal
    this.#shown ??= { id: isSession(principal) ? principal.user.id : principal.id, kind: 'user', since }
    this.#hub.deps.streams.presence.enter(room, { ...this.#shown, since }, this.id)
  }

  #hide(room: RoomName): void {
    if (this.#shown !== undefined) this.#hub.deps.streams.presence.leave(room, this.#shown, this.id)
  }
}
