/** Chooses the process that runs an operation: the server that owns the database, or this one. */
import { DatabaseOpenError, databaseOwner } from '../../../db/embedded.ts'
import { publishedKeys } from '../../modules/signing-keys/queries.ts'
import { OperatorError } from '../failure.ts'
import { type OperationName, type Operations, type Replies, runOperation } from '../operations.ts'
import { type BunDeps, createBunDeps } from '../../platform/deps.bun.ts'
import { databaseUrl, readConfig } from '../../platform/environment.ts'
import { askServer, embeddedFile, NoServerError, operatorSocketPath } from '../socket.bun.ts'

export type Ask = <Name extends OperationName>(name: Name, input: Operations[Name]['input']) => Replies<Name>
type Environment = Record<string, string | undefined>

/** An owner without a socket is starting, stopping, or another command. The command waits this long for it. */
const PATIENCE_MS = 5_000
const RETRY_MS = 50

/**
 * Runs operations in the server if one owns the database file. Otherwise this process opens the file, migrates it and keeps
 * other processes out until the operation ends. A remote database is always used directly.
 */
export const createAsk = (env: Environment): Ask =>
  askOwner(env, async function* runHere(name, input) {
    const deps = await openDeps(env)
    try {
      await assertSecretOpens(deps, name)
      yield* runOperation(deps, name, input)
    } finally {
      await deps.close()
    }
  })

/**
 * For many operations: if no server owns the database, the first one opens it, and it is closed after the work. `alone`: this
 * process owns the file, so no request of a client waits for an operation.
 */
export type Together = <Result>(work: (ask: Ask, alone?: () => boolean) => Promise<Result>) => Promise<Result>

export const createTogether =
  (env: Environment): Together =>
  async (work) => {
    const held: { deps?: BunDeps } = {}
    const here: Ask = async function* runHere(name, input) {
      held.deps ??= await openDeps(env)
      await assertSecretOpens(held.deps, name)
      yield* runOperation(held.deps, name, input)
    }
    const elsewhere = askOwner(env, here)
    try {
      return await work(
        (name, input) => (held.deps ? here : elsewhere)(name, input),
        () => held.deps !== undefined && embeddedFile(databaseUrl(env)) !== undefined,
      )
    } finally {
      await held.deps?.close()
    }
  }

/** Operations that need no encrypted data. `audit.verify` gets earlier secrets as input. */
const WITHOUT_SECRET: readonly OperationName[] = [
  'users.list',
  'authz.explain',
  'users.show',
  'jobs.list',
  'signing-keys.list',
  'audit.verify',
  'clock.show',
  'clock.trust',
]

/**
 * Throws a problem whose cause names APP_SECRET if this secret does not decrypt the signing keys. With another APP_SECRET than
 * the server's, the tokens and mails of this command would be invalid. A database without keys accepts any secret.
 */
async function assertSecretOpens({ db, clock, keys }: BunDeps, name: OperationName): Promise<void> {
  if (WITHOUT_SECRET.includes(name) || (await publishedKeys(db, clock.now())).length === 0) return
  await keys.signing()
}

/** Sends operations to the owner of the file; `here` runs them if there is no owner. */
const askOwner = (env: Environment, here: Ask): Ask =>
  async function* ask(name, input) {
    const file = embeddedFile(databaseUrl(env))
    if (file === undefined) return yield* here(name, input)
    const giveUpAt = performance.now() + PATIENCE_MS
    for (;;) {
      const found = databaseOwner(file)
      try {
        if (!found.owned) return yield* here(name, input)
        const pid = found.owner === 'unknown' ? undefined : found.owner.pid
        return yield* askServer(operatorSocketPath(file), name, input, { pid })
      } catch (error) {
        const changedHands = error instanceof DatabaseOpenError && error.code === 'database.locked'
        if (!(error instanceof NoServerError || changedHands)) throw error
        if (performance.now() > giveUpAt) throw noAnswer(file, databaseOwner(file))
        await new Promise((wake) => setTimeout(wake, RETRY_MS))
      }
    }
  }

/** A command logs only warnings and errors, because it prints its results. */
const openDeps = (env: Environment): Promise<BunDeps> =>
  createBunDeps(readConfig({ ...env, LOG_LEVEL: env.LOG_LEVEL || 'warning' }))

function noAnswer(file: string, found: ReturnType<typeof databaseOwner>): OperatorError {
  const owner = found.owned && found.owner !== 'unknown' ? `process ${found.owner.pid}` : 'another process'
  return new OperatorError({
    code: 'server.no_answer',
    title: `${file} is in use: ${owner} owns it, and does not accept operator commands.`,
    remedy:
      'It may be another command, or a server that is starting or stopping: try again in a moment. If that does not help, stop it.',
  })
}
