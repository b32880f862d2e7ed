/**
 * The decisions of the last day, so that they can be explained. A decision is in the memory of this process at once. A denial is
 * also written to the database beside the answer, many in one statement.
 *
 * A flood of refusals is no flood of writes: in a minute, one actor causes MAX_ROWS_OF_ACTOR rows at most and one process
 * MAX_ROWS. Denials beyond that, and permits, are in memory alone, and only while there is room for them.
 */
import type { Actor, Deps } from '../../deps.ts'
import { DAY_MS } from '../../lib/durations.ts'
import { iso } from '../../lib/iso-time.ts'
import { oncePer } from '../../lib/once-per.ts'
import { createRecentMap } from '../../lib/recent-map.ts'
import { commit } from '../events/commit.ts'
import { type DecisionRow, insertDecisions } from './decision-queries.ts'
import type { Asked, RefusedBy } from './denied.ts'
import type { Attributes, Change, Fact, Field, PolicySet, Question, QuestionActor } from './model.ts'

/** The time for which a decision can be explained. */
export const KEPT_MS = DAY_MS
export const MAX_ROWS_OF_ACTOR = 60
export const MAX_ROWS = 600
const WINDOW_MS = 60_000
const ROWS_PER_BATCH = 100
/** Denials and permits in memory, each. */
const IN_MEMORY = 2_000
/** Of a record as JSON. A larger one loses its facts and its question, so no change is searched. */
const MAX_RECORD = 8_192
const MAX_WAITING = 1_000
/** At the edge a platform may end the work of a request, and with it a write that never settles. */
const WRITE_ENDS_MS = 30_000

/** What is kept of a decision. It holds data of the actor and of the resource. */
export interface RecordedDecision {
  at: string
  decision: boolean
  /** The code of the problem document, of a refused request of our own routes. */
  code?: string
  decidedBy: RefusedBy
  facts: readonly Fact[]
  /** The question, if the decision has one: `explain` searches the change that allows it, when somebody asks. */
  question?: StoredQuestion
  /** Without a question: the change that meets the requirement. */
  change?: Change | null
}

/** A question as JSON. */
export interface StoredQuestion extends Omit<Question, 'actor'> {
  actor: Omit<QuestionActor, 'scopes'> & { scopes: readonly string[] | null }
}

/** Without the attributes that no rule for the permission reads: they take room, and some are personal. */
export function storedQuestion({ question, instance, org }: Omit<Asked, 'decision'>): StoredQuestion {
  const { actor, permission, resource, context } = question
  const read = fieldsRead(permission, [instance, ...(org === null ? [] : [org])])
  const kept = (root: Field['root'], attributes: Attributes): Attributes =>
    Object.fromEntries(Object.entries(attributes).filter(([name]) => read.has(`${root} ${name}`)))
  return {
    permission,
    actor: {
      ...actor,
      scopes: actor.scopes === null ? null : [...actor.scopes],
      attributes: kept('actor', actor.attributes),
    },
    resource: { ...resource, attributes: kept('resource', resource.attributes) },
    context: kept('context', context),
  }
}

function fieldsRead(permission: string, sets: readonly PolicySet[]): ReadonlySet<string> {
  const rules = sets.flatMap(({ denyRules, allowRules }) => [
    denyRules.get(permission) ?? [],
    allowRules.get(permission) ?? [],
  ])
  return new Set(
    rules.flat().flatMap(({ compiled }) => compiled?.fields.map(({ root, keys }) => `${root} ${keys[0]}`) ?? []),
  )
}

export const questionFrom = (stored: StoredQuestion): Question => ({
  ...stored,
  actor: { ...stored.actor, scopes: stored.actor.scopes === null ? null : new Set(stored.actor.scopes) },
})

export interface NewDecision {
  /** Who was refused; null for strangers. */
  actorId: string | null
  /** Who may read it too: the person for whom the actor acted, or who asked about the actor. */
  ownerId: string | null
  orgId: string | null
  record: Omit<RecordedDecision, 'at'>
}

export interface KnownDecision extends Omit<NewDecision, 'record'> {
  id: string
  record: RecordedDecision
}

interface Entry extends KnownDecision {
  at: number
}

export interface DecisionLog {
  /** Keeps a decision and returns its id. Neither waits nor throws. */
  record(decision: NewDecision): string
  /** A decision in the memory of this process that is not older than a day. */
  recent(id: string): KnownDecision | undefined
}

export const decisionLog = oncePer((deps: Deps): DecisionLog => {
  const { clock, random, db } = deps
  const denials = createRecentMap<Entry>(IN_MEMORY)
  const permits = createRecentMap<Entry>(IN_MEMORY)
  const waiting: Entry[] = []
  const takeRow = createRowBudget()
  let writingSince: number | undefined

  async function write(): Promise<void> {
    try {
      while (waiting.length > 0) {
        const rows = waiting.splice(0, ROWS_PER_BATCH).map(rowOf)
        // No event: a record of the last day is no change, and no principal depends on it.
        await commit(deps, [insertDecisions(db, rows)])
      }
    } finally {
      writingSince = undefined
    }
  }

  return {
    record(decision) {
      const now = clock.now()
      const id = random.id('dec')
      const { actorId, ownerId, record } = decision
      const entry: Entry = { ...decision, id, at: now, record: bounded({ at: iso(now), ...record }) }
      if (record.decision) {
        permits.set(id, entry)
        return id
      }
      denials.set(id, entry)
      if (waiting.length < MAX_WAITING && takeRow(ownerId ?? actorId ?? STRANGERS, now)) {
        waiting.push(entry)
        if (writingSince === undefined || Math.abs(now - writingSince) > WRITE_ENDS_MS) {
          writingSince = now
          deps.defer(write)
        }
      }
      return id
    },
    recent(id) {
      const found = denials.get(id) ?? permits.get(id)
      if (found === undefined || found.at + KEPT_MS <= clock.now()) return undefined
      return found
    },
  }
})

function bounded(record: RecordedDecision): RecordedDecision {
  if (JSON.stringify(record).length <= MAX_RECORD) return record
  const { question: _, ...rest } = record
  return { ...rest, facts: [] }
}

/** All who are not signed in share one budget. */
const STRANGERS = ''

function createRowBudget(): (key: string, now: number) => boolean {
  let startedAt = Number.NEGATIVE_INFINITY
  let rows = 0
  let rowsOf = new Map<string, number>()
  return (key, now) => {
    if (Math.abs(now - startedAt) >= WINDOW_MS) {
      startedAt = now
      rows = 0
      rowsOf = new Map()
    }
    const taken = rowsOf.get(key) ?? 0
    if (taken >= MAX_ROWS_OF_ACTOR || rows >= MAX_ROWS) return false
    rowsOf.set(key, taken + 1)
    rows++
    return true
  }
}

const rowOf = ({ id, actorId, ownerId, orgId, at, record }: Entry): DecisionRow => ({
  id,
  actorId,
  ownerId,
  orgId,
  record: { ...record },
  expiresAt: at + KEPT_MS,
})

/** The person for whom the actor acts; null if the actor acts for itself. */
export const personBehind = ({ id, actingFor }: Actor): string | null =>
  actingFor?.find((link) => link.kind === 'user' && link.id !== id)?.id ?? null
