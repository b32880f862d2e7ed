import type { HubParts, Member } from './member.ts'
import type { Peer, RoomName } from './model.ts'
import { sendPast } from './past.ts'
import type { Told } from './recent.ts'
import type { Behind, RoomStates } from './room-states.ts'

/** How long a client may read nothing, in looks of the hub: ten seconds. */
const MAX_STALLED = 40
const MAX_REFUSED = 100

interface To {
  peer: Peer
  rooms: RoomStates
  connection: Pick<Member, 'id' | 'open' | 'endWith'>
}

/** What a connection gets: each event of its rooms once and in order, as fast as its client takes it. */
export class Delivery {
  readonly #hub: HubParts
  readonly #to: To
  #held = false
  #isWaiting = false
  #stalled = 0
  /** How often it took nothing since it took something. */
  #refused = 0
  /** The step of `sendPast` that runs, or ran last. */
  #step: Promise<unknown> | undefined
  /** What waits for `release`, or for rooms that become live. */
  #waiting: (() => void)[] | undefined

  constructor(hub: HubParts, to: To) {
    this.#hub = hub
    this.#to = to
  }

  /** True while the principal is read again: nothing is sent until then. */
  get held(): boolean {
    return this.#held
  }

  hear(news: readonly Told[], before: string): void {
    const { peer } = this.#to
    if (peer.together === undefined || news.length === 1) this.#hear(news, before)
    else this.attempt(() => peer.together?.(() => this.#hear(news, before)))
  }

  hold(): void {
    if (this.#held) return
    this.#held = true
    this.#pause(this.#hub.head())
  }

  release(): void {
    this.#held = false
    this.wake()
  }

  /** Whatever waits looks again. */
  wake(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const go of waiting) go()
  }

  /** Resolves when what waits may look again. */
  changed(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#waiting ??= []
      this.#waiting.push(resolve)
    })
  }

  look(): void {
    if (this.#isWaiting && ++this.#stalled > MAX_STALLED) this.#to.connection.endWith('too_slow')
  }

  /** A peer that throws is as good as gone. */
  attempt(act: () => unknown): boolean {
    try {
      return act() !== false
    } catch (cause) {
      const { connection } = this.#to
      this.#hub.deps.log.warning('a stream failed', { connectionId: connection.id, cause })
      connection.endWith('closed')
      return true
    }
  }

  /** Sends these rooms what was told after `after`, as soon as it may be sent. Then they are live. */
  catchUp(behind: Behind, after: string, begun?: () => void): Promise<string> {
    const { connection, rooms } = this.#to
    return sendPast(this.#hub, rooms, behind, after, {
      give: (told, room) => this.#give(told, room),
      ready: () => this.#ready(),
      inTurn: (step) => this.#inTurn(step),
      begun,
      isOpen: () => connection.open,
      live: () => {
        if (this.#held) return false
        for (const state of behind.values()) state.live = true
        this.wake()
        return true
      },
    })
  }

  #hear(news: readonly Told[], before: string): void {
    let last = before
    for (const told of news) {
      const room = this.#to.rooms.roomOf(told)
      if (room !== undefined && !this.#give(told, room)) {
        this.#pause(last)
        return
      }
      last = told.event.id
    }
  }

  /** False: not now. */
  #give(told: Told, room: RoomName): boolean {
    if (this.#held) return false
    const isTaken = this.attempt(() => this.#to.peer.send(told, room))
    this.#refused = isTaken ? 0 : this.#refused + 1
    return isTaken
  }

  #inTurn(step: () => Promise<boolean>): Promise<boolean> {
    const mine = this.#step === undefined ? step() : this.#step.then(step)
    const ended = mine
      .catch(() => {}) // whoever asked for the step hears of it
      .then(() => {
        if (this.#step === ended) this.#step = undefined
      })
    this.#step = ended
    return mine
  }

  async #ready(): Promise<void> {
    const { connection, peer } = this.#to
    while (connection.open && this.#held) await this.changed()
    if (!connection.open || this.#refused === 0) return
    if (peer.ready === undefined || this.#refused > MAX_REFUSED) return connection.endWith('too_slow')
    this.#isWaiting = true
    await peer.ready()
    this.#isWaiting = false
    this.#stalled = 0
  }

  /** From here on nothing is sent as it happens: the client is slow, or the principal is read again. Nothing is kept for it either. */
  #pause(after: string): void {
    const { connection, rooms } = this.#to
    const paused = rooms.pause(after)
    if (paused.size === 0) return
    this.catchUp(paused, after).catch((cause: unknown) => {
      this.#hub.deps.log.warning('a stream cannot catch up', { connectionId: connection.id, cause })
      connection.endWith('too_slow')
    })
  }
}
