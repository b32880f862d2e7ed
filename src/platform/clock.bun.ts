import { uptime } from 'node:os'
import type { Clock } from '../deps.ts'
import { systemClock } from './clock.ts'

/** The kernel's count of the time since the machine was started. It includes sleep, and setting the clock does not change it. */
export const machineClock: Clock = { ...systemClock, elapsed: () => uptime() * 1000 }
