/** Rows that are read often and change seldom, such as OAuth clients. */

export type RecordKind = 'client' | 'resource' | 'actions'

export interface Cache {
  /** The row, if it is in the memory of this process. */
  known<Row>(kind: RecordKind, id: string): Row | undefined
  /**
   * The row from memory, from Redis, or from `load`. Calls at the same time share one load. Undefined: there is no such row,
   * which is remembered for a moment. A row must survive JSON.
   */
  read<Row>(kind: RecordKind, id: string, load: () => Promise<Row | undefined>): Promise<Row | undefined>
  /** Forgets the rows with this id, and those of the organisation with this id. */
  forget(id: string): void
  forgetAll(): void
}

/** How often something was in memory, in Redis, or nowhere, since the process began. */
export interface CacheCounts {
  memory: number
  redis: number
  /** Joined the load of another request. */
  shared: number
  /** Was read from the database. */
  missed: number
}
