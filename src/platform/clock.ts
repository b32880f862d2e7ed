import type { Clock } from '../deps.ts'

export const systemClock: Clock = { now: () => Date.now(), ofMachine: true }

/** The clock of a process that keeps running. Its running time does not change when the clock is set. */
export const processClock: Clock = { ...systemClock, elapsed: () => performance.now() }
