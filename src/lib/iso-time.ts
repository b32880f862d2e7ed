/** The format of times in the API: ISO 8601, UTC, with milliseconds. */
export const iso = (ms: number): string => new Date(ms).toISOString()
