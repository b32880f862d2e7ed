/** What `GET /v1/stats` answers. */
export interface Day {
  date: string
  signIns: number
  signInFailures: number
  signUps: number
  activeSessions: number | null
}

export interface Stats {
  at: string
  totals: { users: number; organisations: number; sessions: number }
  days: readonly Day[]
}

const number = new Intl.NumberFormat('en')
export const formatted = (count: number): string => number.format(count)

/** Days are of UTC, as the server counts them. */
const short = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' })
const long = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
export const shortDay = (date: string): string => short.format(Date.parse(date))
export const longDay = (date: string): string => long.format(Date.parse(date))
