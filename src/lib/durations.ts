export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

/**
 * How far the clock of another server may be ahead. A row, token or code from further ahead was made under a clock that has
 * been set back since: its age is unknown, so it is not accepted. Schedules allow more (`SCHEDULE_SKEW_MS`).
 */
export const CLOCK_SKEW_MS = MINUTE_MS
