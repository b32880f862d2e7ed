import { uptime } from 'node:os'
import type { Clock } from '../deps.ts'
import { systemClock } from './clock.ts'

/** The kernel's own count of the time since the machine was started: asleep or not, and whatever the clock is set to. */
export const machineClock: Clock = { ...systemClock, elapsed: () => uptime() * 1000 }
