/** All connections of a process, and the events that they get. */
import { problem } from '../../errors.ts'
import { oncePer } from '../../lib/once-per.ts'
import { INSTANCE } from '../authz/scope.ts'
import type { FeedEvent, Listening } from '../feed/model.ts'
import { lastOf } from '../feed/queries.ts'
import { createConnection } from './connection.ts'
import { idsOf } from './identity.ts'
import type { HubParts, Member, RoomDeps } from './member.ts'
import type { Hub, RoomName } from './model.ts'
import { newestEvents } from './queries.ts'
import { createRecent, idsNamedBy, type Recent, type Told, toldOf } from './recent.ts'

/** Most clients come back within seconds. */
const RECENT = 1000
const TICK_MS = 250
/** Principals that are read at the same time. */
const RECHECKS = 32
/** The least time after which clients come back, and what each other connection adds to the longest: 500 come in a second. */
const RETRY_MS = 500
const SPREAD_MS = 2000
const SPREAD_PER_CONNECTION_MS = 2
const MAX_SPREAD_MS = 60_000

/** With these the scope of the instance or of an organisation changes, so what many principals may do. */
const OF_SCOPES = /^(?:role|policy|permission|resource_type|org|key|domain)\./

const sharedHub = oncePer((deps: RoomDeps) => createHub(deps))

/**
 * Events that change nobody's rights. They are the many: without this list each notification would cost a read of the principal. A type
 * that is not here is taken as one that may.
 */
const HARMLESS =
  /^(?:action|audit|auth|bulk_action|clock|delivery|device|invitation|job|notification|webhook)\.|^(?:session\.created|session\.refreshed|user\.exported|users\.exported)$/

/** The hub of the process. Where requests share nothing, each gets a hub of its own. */
export const hubOf = (deps: RoomDeps): Hub => (deps.streams.shared ? sharedHub(deps) : createHub(deps))

export function createHub(deps: RoomDeps): Hub {
  const { clock, config, feed, log, principals, random, stopping, streams } = deps
  const { STREAMS_PER_PROCESS, STREAMS_PER_ACCOUNT } = config.variables
  const members = new Set<Member>()
  /** Of those that connect too: a thousand at once may not pass the limit together. */
  let connecting = 0
  const ofAccount = new Map<string, number>()
  const inRoom = new Map<RoomName, Set<Member>>()
  const byId = new Map<string, Set<Member>>()
  const indexed = new Map<Member, Set<string>>()
  const suspects = new Set<Member>()
  let rechecking = 0
  let failing = false
  let head = ''
  let told = 0
  let recent: Recent = createRecent('', [], RECENT)
  let starting: Promise<() => void> | undefined
  let listening: Pick<Listening, 'settled' | 'upToDate'> = { settled: async () => {}, upToDate: async () => {} }

  const parts: HubParts = {
    deps,
    head: () => head,
    recent: () => recent,
    settled: () => listening.settled(),
    upToDate: () => listening.upToDate(),
    enter(room, member) {
      addTo(inRoom, room, member)
      index(member)
    },
    leave: (room, member) => removeFrom(inRoom, room, member),
    suspect,
    changed: index,
    ended(member) {
      members.delete(member)
      suspects.delete(member)
      for (const id of indexed.get(member) ?? []) removeFrom(byId, id, member)
      indexed.delete(member)
      count(member.account, -1)
      stopIfUnused()
    },
    retryMs() {
      const [high = 0, low = 0] = random.bytes(2)
      const spread = Math.min(MAX_SPREAD_MS, SPREAD_MS + members.size * SPREAD_PER_CONNECTION_MS)
      return RETRY_MS + Math.floor(((high * 256 + low) / 65_536) * spread)
    },
  }

  function index(member: Member): void {
    const before = indexed.get(member) ?? new Set()
    const ids = idsOf(member)
    for (const id of before) if (!ids.has(id)) removeFrom(byId, id, member)
    for (const id of ids) addTo(byId, id, member)
    indexed.set(member, ids)
  }

  function count(account: string, change: number): void {
    const next = (ofAccount.get(account) ?? 0) + change
    if (next > 0) ofAccount.set(account, next)
    else ofAccount.delete(account)
  }

  /** Events wait until it was read again: none reaches whoever may not know it any more. */
  function suspect(member: Member): void {
    if (!member.open) return
    member.hold()
    suspects.add(member)
    while (rechecking < RECHECKS && suspects.size > rechecking) {
      rechecking++
      void recheckNext().finally(() => rechecking--)
    }
  }

  async function recheckNext(): Promise<void> {
    await undefined // what is told in this turn is one recheck
    for (;;) {
      const [member] = suspects
      if (member === undefined) return
      suspects.delete(member)
      try {
        if ((await member.recheck()) && !suspects.has(member)) member.release()
        failing = false
      } catch (cause) {
        // Its events wait until the database answers. The next tick tries again.
        if (!failing) log.warning('streams cannot be checked', { connectionId: member.id, cause })
        failing = true
        member.checkAt = clock.now()
        return
      }
    }
  }

  /** Those whose rights an event may change. */
  function concernedBy(event: FeedEvent): readonly Member[] {
    if (HARMLESS.test(event.type)) return []
    const isOfScope = OF_SCOPES.test(event.type)
    if (isOfScope) principals.forget(event.orgId ?? INSTANCE)
    if (isOfScope && event.orgId === null) return [...members]
    // An event in an organisation concerns whom it names, unless the organisation itself changed.
    const ids = [...idsNamedBy(event)].filter((id) => isOfScope || id !== event.orgId)
    return ids.flatMap((id) => [...(byId.get(id) ?? [])])
  }

  /** Each connection gets all of a page at once: one write for each is what most of the time is spent on. */
  function heard(page: readonly FeedEvent[]): void {
    let news = new Map<Member, Told[]>()
    let from = head
    const tell = () => {
      for (const [member, own] of news) member.hear(own, from)
      news = new Map()
      from = head
    }
    for (const event of page) {
      const concerned = concernedBy(event)
      // They have got what was before it, and wait with the rest.
      if (concerned.length > 0) tell()
      concerned.forEach(suspect)
      const next = toldOf(event)
      recent.add(next)
      head = event.id
      told++
      for (const room of next.rooms)
        for (const member of inRoom.get(room) ?? []) {
          const own = news.get(member)
          if (own === undefined) news.set(member, [next])
          else if (own.at(-1) !== next) own.push(next)
        }
    }
    tell()
  }

  function tick(): void {
    const now = clock.now()
    for (const member of [...members]) {
      member.look()
      if (member.tokenEndsAt !== null && member.tokenEndsAt <= now) member.endWith('token_expired')
      else if (member.checkAt <= now) suspect(member)
    }
  }

  const endAll = (reason: 'stopping' | 'history_lost') => () => {
    for (const member of [...members]) member.endWith(reason)
  }

  async function start(): Promise<() => void> {
    let early: FeedEvent[] | undefined = []
    let isLost = false
    const pastUpTo = (last?: string) => newestEvents(deps.longReads, last, RECENT)
    const read: { past?: FeedEvent[] } = {}
    /** The past ends with the newest event, so the first stream reads both at once. */
    const newest = async () => {
      read.past = await pastUpTo()
      return lastOf(read.past)
    }
    const started = await feed.listen(
      {
        events: (page) => (early === undefined ? heard(page) : early.push(...page)),
        missed() {
          isLost = true
          endAll('history_lost')()
        },
      },
      streams.shared ? newest : undefined,
    )
    const ends = [started.end]
    try {
      head = started.head
      listening = started
      const begun = read.past
      const isWhole = begun !== undefined && lastOf(begun) === head
      const past = isWhole ? begun : streams.shared ? await pastUpTo(head) : []
      const [first, ...others] = past
      recent = createRecent(first?.id ?? head, others.map(toldOf), RECENT)
      // Restored from a copy in between: what was read here may be of no history any more.
      if (isLost) throw problem('server.busy', { retryAfterSeconds: 1 })
    } catch (error) {
      started.end()
      throw error
    }
    const waiting = early
    early = undefined
    heard(waiting)
    ends.push(
      streams.every(TICK_MS, tick),
      streams.presence.follow((room, change) => {
        for (const member of [...(inRoom.get(room) ?? [])]) member.tellPresence(room, change)
      }),
    )
    const stop = endAll('stopping')
    stopping.addEventListener('abort', stop)
    ends.push(() => stopping.removeEventListener('abort', stop))
    return () => {
      for (const end of ends) end()
    }
  }

  function startOnce(): Promise<() => void> {
    const mine = start()
    mine.catch(() => {
      if (starting === mine) starting = undefined
    })
    return mine
  }

  function stopIfUnused(): void {
    if (members.size > 0 || connecting > 0 || starting === undefined) return
    const started = starting
    starting = undefined
    void started.then((end) => end()).catch(() => {})
  }

  return {
    get head() {
      return head
    },
    get told() {
      return told
    },
    get connections() {
      return members.size
    },
    async connect(credential, peer) {
      const account = credential.principal.limiterKey
      if (stopping.aborted || members.size + connecting >= STREAMS_PER_PROCESS)
        throw problem('server.busy', { retryAfterSeconds: Math.ceil(parts.retryMs() / 1000) })
      if ((ofAccount.get(account) ?? 0) >= STREAMS_PER_ACCOUNT) throw problem('stream.too_many')
      connecting++
      count(account, 1)
      try {
        starting ??= startOnce()
        await starting
        const member = createConnection(parts, credential, peer)
        members.add(member)
        index(member)
        if (stopping.aborted) member.endWith('stopping')
        return member
      } catch (error) {
        count(account, -1)
        throw error
      } finally {
        connecting--
        stopIfUnused()
      }
    },
  }
}

function addTo<Key>(sets: Map<Key, Set<Member>>, key: Key, member: Member): void {
  const found = sets.get(key)
  if (found === undefined) sets.set(key, new Set([member]))
  else found.add(member)
}

function removeFrom<Key>(sets: Map<Key, Set<Member>>, key: Key, member: Member): void {
  const found = sets.get(key)
  found?.delete(member)
  if (found?.size === 0) sets.delete(key)
}
