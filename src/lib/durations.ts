export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

/**
 * Clocks of two servers differ by no more. A row, token or code from further ahead was made under a clock that has been set
 * back since: its age is unknown, so it is not accepted.
 */
export const CLOCK_SKEW_MS = MINUTE_MS
