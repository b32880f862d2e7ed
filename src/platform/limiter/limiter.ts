/**
 * Budgets counted in fixed windows. rate-limiter-flexible decides whether a request is allowed, and what to do while a store
 * does not answer. A `WindowStore` keeps the points and the time.
 */
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js'
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js'
import type { Config } from '../../config.ts'
import type { Allowance, Clock, Limiter, Log, Take } from '../../deps.ts'
import { type Budget, type BudgetName, budgets, requestsOfAccount } from '../../core/limits/budgets.ts'
import { deriveKey, hmac } from '../../lib/crypto.ts'
import { createRecentMap } from '../../lib/recent-map.ts'
import { createMemoryWindows, type MemoryWindows } from './memory.ts'

export interface OpenWindow {
  /** The points taken so far. */
  points: number
  endsInMs: number
}

/** A store of points. If a method throws, the points are counted in memory. */
export interface WindowStore {
  /** Adds a point to the open window of the key, or opens a window of `windowMs`. Atomic. */
  take(key: string, windowMs: number): Promise<OpenWindow>
  /**
   * Removes a point from the open window, if there is one. Atomic. The first call also removes the points above `limit`,
   * because they belong to refused requests.
   */
  giveBack(key: string, windowMs: number, limit: number): Promise<OpenWindow>
  read(key: string, windowMs: number): Promise<OpenWindow | undefined>
  remove(key: string, windowMs: number): Promise<void>
}

export interface LimiterOptions {
  config: Pick<Config, 'appSecret' | 'rateLimit' | 'rateLimitPerMinute'>
  clock: Clock
  log: Log
  /** A store that several processes share. Absent: this process counts alone. */
  shared?: WindowStore | undefined
}

/** Does nothing before the first call, because Workers allow neither timers nor I/O at start-up. */
export function createLimiter({ config, clock, log, shared }: LimiterOptions): Limiter {
  if (!config.rateLimit) return unlimited
  const store = shared && reporting(shared, clock, log)
  // This budget is used on every request with a session. A round trip would cost more than most requests, so each process
  // counts alone. That is enough to stop one account from using a whole process. Guesses are counted in the shared store.
  const requests = createMemoryWindows(clock, MAX_KEYS)
  const everyRequest = new Rule('requests:account', requestsOfAccount(config.rateLimitPerMinute), requests)
  const rules = new Map<BudgetName, Rule>([['requests:account', everyRequest]])
  const memories = new Map<BudgetName, MemoryWindows>([['requests:account', requests]])
  for (const [name, budget] of Object.entries(budgets) as [keyof typeof budgets, Budget][]) {
    // Each budget has its own memory, so a flood of one does not fill the memory of another.
    const windows = createMemoryWindows(clock, MAX_KEYS)
    const inMemory = new Rule(name, budget, windows)
    memories.set(name, windows)
    rules.set(name, store ? new Rule(name, budget, store, inMemory) : inMemory)
  }
  const refusals = createRefusals(clock)

  // Other programs can read a shared store, so e-mails and addresses are keyed hashes there. Recent hashes are kept in
  // memory, so points that are given back at the same time reach the store at the same time.
  const names = createRecentMap<string>(MAX_NAMES)
  let secret: ReturnType<typeof deriveKey> | undefined
  async function keyOf(rule: Rule, key: string): Promise<string> {
    if (!shared || rule === everyRequest) return key
    const known = names.get(key)
    if (known !== undefined) return known
    secret ??= deriveKey(config.appSecret, 'rate-limits')
    const name = await hmac(await secret, key)
    names.set(key, name)
    return name
  }

  function ruleOf(budget: BudgetName): Rule {
    const rule = rules.get(budget)
    if (rule === undefined) throw new Error(`there is no budget ${budget}`)
    return rule
  }

  function windowsOf(budget: BudgetName): MemoryWindows {
    const windows = memories.get(budget)
    if (windows === undefined) throw new Error(`there is no budget ${budget}`)
    return windows
  }

  return {
    takeHere(budget, key) {
      const rule = ruleOf(budget)
      const { points, endsInMs } = windowsOf(budget).takeNow(key, rule.msDuration)
      if (points === rule.points + 1) log.info(REACHED, { budget })
      return rule.allowance(points, endsInMs)
    },
    giveBackHere(budget, key) {
      const { msDuration, points } = ruleOf(budget)
      windowsOf(budget).giveBackNow(key, msDuration, points)
    },
    takeRequest(limiterKey) {
      const { points, endsInMs } = requests.takeNow(limiterKey, everyRequest.msDuration)
      if (points === everyRequest.points + 1) log.info(REACHED, { budget: everyRequest.budget, account: limiterKey })
      return everyRequest.allowance(points, endsInMs)
    },
    takeOwnRequest(actorId, perMinute) {
      const rule = ruleOf('requests:api-key')
      const { points, endsInMs } = windowsOf('requests:api-key').takeNow(actorId, rule.msDuration)
      if (points === perMinute + 1) log.info(REACHED, { budget: rule.budget, account: actorId })
      return {
        ...rule.allowance(points, endsInMs),
        allowed: points <= perMinute,
        limit: perMinute,
        remaining: Math.max(0, perMinute - points),
      }
    },
    take: async (budget, key) => (await takeInTurn([[budget, key]]))[0] ?? everything,
    takeInTurn,
    async look(budget, key) {
      const rule = ruleOf(budget)
      const found = await rule.get(await keyOf(rule, key))
      return rule.allowance(found?.consumedPoints ?? 0, found?.msBeforeNext ?? rule.msDuration, 1)
    },
    async giveBack(budget, key) {
      const rule = ruleOf(budget)
      const name = await keyOf(rule, key)
      refusals.forget(rule.getKey(name))
      await rule.reward(name)
    },
    async forget(budget, key) {
      const rule = ruleOf(budget)
      const name = await keyOf(rule, key)
      refusals.forget(rule.getKey(name))
      await rule.delete(name)
    },
  }

  async function takeInTurn(takes: readonly Take[]): Promise<Allowance[]> {
    const named = await Promise.all(
      takes.map(async ([budget, key]) => {
        const rule = ruleOf(budget)
        return { rule, key: await keyOf(rule, key) }
      }),
    )
    for (const { rule, key } of named) {
      const waitMs = refusals.msLeft(rule.getKey(key))
      if (waitMs > 0) return [rule.allowance(rule.points + 1, waitMs)]
    }
    if (shared) return upToRefusal(await Promise.all(named.map(({ rule, key }) => takeOne(rule, key))))
    const taken: Allowance[] = []
    for (const { rule, key } of named) {
      const allowance = await takeOne(rule, key)
      taken.push(allowance)
      if (!allowance.allowed) break
    }
    return taken
  }

  async function takeOne(rule: Rule, key: string): Promise<Allowance> {
    const { consumedPoints, msBeforeNext } = await rule.consume(key).catch(asRefusal)
    const allowance = rule.allowance(consumedPoints, msBeforeNext)
    if (shared && !allowance.allowed) refusals.note(rule.getKey(key), msBeforeNext)
    // Logged once a window, and without the key, because it may be an e-mail.
    if (consumedPoints === rule.points + 1) log.info(REACHED, { budget: rule.budget })
    return allowance
  }
}

const REACHED = 'a rate limit was reached'

function upToRefusal(allowances: Allowance[]): Allowance[] {
  const refused = allowances.findIndex(({ allowed }) => !allowed)
  return refused === -1 ? allowances : allowances.slice(0, refused + 1)
}

/** One budget as a store of rate-limiter-flexible. `insurance` counts while the store fails. */
class Rule extends RateLimiterStoreAbstract {
  constructor(
    readonly budget: BudgetName,
    { points, seconds }: Budget,
    private readonly windows: WindowStore,
    insurance?: Rule,
  ) {
    super({
      storeClient: windows,
      // With a prefix each request would concatenate and hash a new key.
      keyPrefix: budget === 'requests:account' ? '' : budget,
      points,
      duration: seconds,
      ...(insurance === undefined ? {} : { insuranceLimiter: insurance }),
    })
  }

  /** `ahead`: the points that a later call will take, used by `look`. */
  allowance(taken: number, endsInMs: number, ahead = 0): Allowance {
    return {
      allowed: taken + ahead <= this.points,
      budget: this.budget,
      limit: this.points,
      remaining: Math.max(0, this.points - taken),
      resetSeconds: Math.max(1, Math.ceil(endsInMs / 1000)),
      windowSeconds: this.duration,
    }
  }

  // The methods that the library calls on its stores.

  _upsert(key: string, points: number, windowMs: number): Promise<OpenWindow> {
    return points > 0 ? this.windows.take(key, windowMs) : this.windows.giveBack(key, windowMs, this.points)
  }

  async _get(key: string): Promise<OpenWindow | null> {
    return (await this.windows.read(key, this.msDuration)) ?? null
  }

  async _delete(key: string): Promise<boolean> {
    await this.windows.remove(key, this.msDuration)
    return true
  }

  _getRateLimiterRes(_key: string, _changed: number, { points, endsInMs }: OpenWindow): RateLimiterRes {
    return new RateLimiterRes(Math.max(0, this.points - points), endsInMs, points)
  }
}

/** The library rejects with the count if no points are left. Any other reason is a bug and is thrown again. */
function asRefusal(reason: unknown): RateLimiterRes {
  if (reason instanceof RateLimiterRes) return reason
  throw reason
}

/** At most some 10 MB for each budget. Keys beyond this number are counted too (`createMemoryWindows`). */
const MAX_KEYS = 50_000
const MAX_REFUSALS = 10_000
const MAX_NAMES = 10_000
const ASK_AGAIN_MS = 5_000
const WARN_EVERY_MS = 60_000

/** Remembers the refusals of a shared store, so a client that repeats a refused request costs one round trip in 5 s. */
function createRefusals(clock: Clock) {
  const refusals = createRecentMap<{ at: number; endsAt: number }>(MAX_REFUSALS)
  return {
    note(key: string, endsInMs: number): void {
      const now = clock.now()
      refusals.set(key, { at: now, endsAt: now + endsInMs })
    },
    msLeft(key: string): number {
      const found = refusals.get(key)
      const now = clock.now()
      return found && now >= found.at && now < found.at + ASK_AGAIN_MS ? Math.max(0, found.endsAt - now) : 0
    },
    forget: (key: string) => refusals.delete(key),
  }
}

/** Logs at most once a minute that a store fails. The library gets the error too, and counts in memory. */
function reporting(store: WindowStore, clock: Clock, log: Log): WindowStore {
  let toldAt = Number.NEGATIVE_INFINITY
  const tell = (cause: unknown): never => {
    if (Math.abs(clock.now() - toldAt) >= WARN_EVERY_MS) {
      toldAt = clock.now()
      log.warning('the store of rate limits does not answer: this process counts alone', { cause })
    }
    throw cause
  }
  return {
    take: (key, windowMs) => store.take(key, windowMs).catch(tell),
    giveBack: (key, windowMs, limit) => store.giveBack(key, windowMs, limit).catch(tell),
    read: (key, windowMs) => store.read(key, windowMs).catch(tell),
    remove: (key, windowMs) => store.remove(key, windowMs).catch(tell),
  }
}

const everything: Allowance = {
  allowed: true,
  budget: 'requests:account',
  limit: Number.MAX_SAFE_INTEGER,
  remaining: Number.MAX_SAFE_INTEGER,
  resetSeconds: 1,
  windowSeconds: 1,
}

/** RATE_LIMIT=off. */
const unlimited: Limiter = {
  takeHere: () => everything,
  giveBackHere: () => {},
  takeRequest: () => everything,
  takeOwnRequest: () => everything,
  take: async () => everything,
  takeInTurn: async (takes) => takes.map(() => everything),
  look: async () => everything,
  giveBack: async () => {},
  forget: async () => {},
}
