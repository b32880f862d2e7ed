import type { Clock } from '../deps.ts'

export const systemClock: Clock = { now: () => Date.now(), ofMachine: true }

/** Of a process that lives on: how long it has run is known, however the clock is set meanwhile. */
export const processClock: Clock = { ...systemClock, elapsed: () => performance.now() }
