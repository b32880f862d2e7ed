export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/**
 * How far ahead the clock of another server may be. A row, token or code from further ahead was made before a clock was
 * set back. Its age is unknown, so it is not accepted. Schedules allow more (`SCHEDULE_SKEW_MS`).
 */
export const CLOCK_SKEW_MS = MINUTE_MS

/** When the day of this time began, UTC. Ms. */
export const dayOf = (at: number): number => at - (((at % DAY_MS) + DAY_MS) % DAY_MS)
