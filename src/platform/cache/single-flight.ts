/** One load for all who ask for the same thing at the same time. */
export interface SingleFlight {
  /** `joined` is called if another caller loads already. */
  run<Value>(key: string, load: () => Promise<Value>, joined?: () => void): Promise<Value>
  /** Who asks from now on does not get what was asked for before. */
  forgetAll(): void
}

/** Somebody who asks later than this after the begin of a load begins another one. */
const JOINED_WITHIN_MS = 250

/**
 * A load may be joined until something is forgotten: what is asked for after a write must not have been read before it. In front of a
 * database of several processes a write elsewhere is not known at once, so a load that has begun long ago is not joined either.
 * `isShared`: false where a request may not wait for what another one has begun (Workers).
 */
export function createSingleFlight(now: () => number, isShared = true): SingleFlight {
  let flights = new Map<string, { begun: number; result: Promise<unknown> }>()
  return {
    run<Value>(key: string, load: () => Promise<Value>, joined = () => {}): Promise<Value> {
      if (!isShared) return load()
      const flight = flights.get(key)
      const age = flight === undefined ? Number.POSITIVE_INFINITY : now() - flight.begun
      if (flight !== undefined && age >= 0 && age < JOINED_WITHIN_MS) {
        joined()
        return flight.result as Promise<Value> // a key has one kind of value
      }
      const own = { begun: now(), result: load() as Promise<unknown> }
      const [ofThisTime, result] = [flights, own.result]
      ofThisTime.set(key, own)
      const land = () => {
        if (ofThisTime.get(key) === own) ofThisTime.delete(key)
      }
      result.then(land, land)
      return result as Promise<Value>
    },
    forgetAll() {
      flights = new Map()
    },
  }
}
