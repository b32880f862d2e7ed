/** A number about this process or its database, as `GET /metrics` shows it. */
export interface Measure {
  /** As monitoring knows it: `threeger_cache_lookups_total`. */
  name: string
  /** A counter only grows, until the process ends. */
  kind: 'counter' | 'gauge'
  /** One sentence. */
  help: string
  values: readonly Measured[]
}

export interface Measured {
  labels?: Readonly<Record<string, string>>
  value: number
}
