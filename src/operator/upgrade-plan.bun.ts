/** Tests an upgrade on a copy: shows the changes and the time they take, and checks that users can still sign in. */
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
  /** False if a check failed: do not upgrade then. */
  ok: boolean
  pending: string[]
  /** The statements of the pending migrations. */
  statements: { migration: string; sql: string }[]
  bytes: { before: number; after: number }
  tookMs: Record<string, number>
  checks: { name: string; ok: boolean; finding?: string }[]
}

export const planSteps = ['copy', 'read', 'migrate', 'read again', 'sign in'] as const

/**
 * Copies the database, or a backup of it, and migrates the copy as the next start would migrate the original. Then it opens
 * the app on the copy and signs in. It only reads the original, so a server may run. It removes the copy.
 *
 * Throws `OperatorError` if there is no database to copy. It does not throw for a failed check: the plan has `ok: false`.
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
  /** Runs one step and its check. If it returns false, the later steps are skipped. */
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
      return `sound: ${facts.users} users, ${facts.sessions} active sessions, ${facts.migrations.length} migrations`
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
    remedy: 'Name a file that `backup` made, or leave out --from to use the database of DATABASE_URL.',
  })
}

const PREFIX = 'upgrade-plan-'

/** A private folder beside the database, on the same disk. For some seconds it has a copy of all secrets. */
function rehearsalFolder(parent: string): string {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN
    if (pid > 0 && !isRunning(pid)) rmSync(join(parent, name), { recursive: true, force: true })
  }
  return mkdtempSync(join(parent, `${PREFIX}${process.pid}-`))
}

/** The root cause, without the SQL and the parameters that drizzle adds. */
function firstCause(error: unknown): string {
  let description = describeError(error)
  while (description.cause) description = description.cause
  return description.message
}
