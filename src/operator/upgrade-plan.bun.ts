/** Rehearses an upgrade on a copy: what would change, how long it takes, and whether people can still sign in. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { openDatabase } from '../../db/client.ts'
import { copyDatabase, copyQuietFile, type DatabaseFacts, inspectDatabase } from '../../db/copies.ts'
import { migrateDatabase, statementsOf } from '../../db/migrate.ts'
import type { Config } from '../config.ts'
import { describeError } from '../lib/error-description.ts'
import { OperatorError } from './failure.ts'
import { existingDatabase, isRunning } from './backup.bun.ts'
import { checkSignIn } from './sign-in-check.bun.ts'

export interface UpgradePlan {
  source: string
  /** False when a check failed: the upgrade must not be made. */
  ok: boolean
  pending: string[]
  /** What the pending migrations would send. */
  statements: { migration: string; sql: string }[]
  bytes: { before: number; after: number }
  tookMs: Record<string, number>
  checks: { name: string; ok: boolean; finding?: string }[]
}

export const planSteps = ['copy', 'read', 'migrate', 'read again', 'sign in'] as const

/**
 * Copies the database, or a backup of it, and does to the copy what the next start would do to the original; then opens
 * the app on it and signs in. The original is only read, with a server or without one; the copy is removed.
 *
 * Throws `OperatorError` when there is nothing to rehearse on. A failed check is no throw: the plan says `ok: false`.
 */
export async function planUpgrade(
  config: Config,
  from: string | undefined,
  step: (done: number) => void,
): Promise<UpgradePlan> {
  const source = from === undefined ? existingDatabase(config.databaseUrl) : quietFile(from)
  const plan: UpgradePlan = {
    source,
    ok: true,
    pending: [],
    statements: [],
    bytes: { before: 0, after: 0 },
    tookMs: {},
    checks: [],
  }
  /** Runs one step and its check; false when it failed, and the rest makes no sense. */
  const check = async (name: (typeof planSteps)[number], work: () => Promise<string> | string): Promise<boolean> => {
    if (!plan.ok) return false
    step(planSteps.indexOf(name))
    const startedAt = performance.now()
    try {
      plan.checks.push({ name, ok: true, finding: await work() })
    } catch (error) {
      plan.ok = false
      plan.checks.push({ name, ok: false, finding: firstCause(error) })
    }
    plan.tookMs[name] = Math.round(performance.now() - startedAt)
    return plan.ok
  }

  const folder = rehearsalFolder(from === undefined ? dirname(source) : tmpdir())
  const copy = join(folder, 'copy.db')
  try {
    await check('copy', () => {
      if (from === undefined) copyDatabase(source, copy)
      else copyQuietFile(source, copy)
      return `${source} was read, and not changed`
    })
    await check('read', () => {
      const facts = soundFacts(copy)
      plan.bytes.before = facts.bytes
      plan.pending = facts.pending
      plan.statements = statementsOf(facts.pending)
      return `sound: ${facts.users} users, ${facts.sessions} living sessions, ${facts.migrations.length} migrations`
    })
    await check('migrate', async () => {
      const { db, close } = openDatabase({ url: `file:${copy}` })
      try {
        await migrateDatabase(db)
      } finally {
        close()
      }
      return plan.pending.length === 0 ? 'nothing to apply' : `applied ${plan.pending.join(', ')}`
    })
    await check('read again', () => {
      const facts = soundFacts(copy)
      plan.bytes.after = facts.bytes
      if (facts.pending.length > 0) throw new Error(`still pending: ${facts.pending.join(', ')}`)
      return 'sound, and no reference is broken'
    })
    await check('sign in', () => checkSignIn({ ...config, databaseUrl: `file:${copy}` }))
    step(planSteps.length)
    return plan
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function soundFacts(copy: string): DatabaseFacts {
  const facts = inspectDatabase(copy, Date.now())
  if ('fault' in facts) throw new Error(facts.fault.finding)
  return facts
}

function quietFile(from: string): string {
  const source = resolve(from)
  const wal = statSync(`${source}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (statSync(source, { throwIfNoEntry: false })?.isFile() && wal === 0) return source
  throw new OperatorError({
    code: 'upgrade.no_backup',
    title: wal > 0 ? `${source} is in use: ${source}-wal holds a part of it.` : `There is no backup at ${source}.`,
    remedy: 'Name a file that `backup` wrote; without --from the database of DATABASE_URL is taken.',
  })
}

const PREFIX = 'upgrade-plan-'

/** A folder of ours alone, on the disk that has room for the database: it holds all its secrets for some seconds. */
function rehearsalFolder(parent: string): string {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN
    if (pid > 0 && !isRunning(pid)) rmSync(join(parent, name), { recursive: true, force: true })
  }
  return mkdtempSync(join(parent, `${PREFIX}${process.pid}-`))
}

/** What went wrong first; without the SQL and the parameters that drizzle adds. */
function firstCause(error: unknown): string {
  let description = describeError(error)
  while (description.cause) description = description.cause
  return description.message
}
