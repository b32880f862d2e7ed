/**
 * The operations behind the commands.
 *
 * Each operation runs in the process that owns the database: in the server, which the command reaches through its socket,
 * or in the command itself while no server runs. Operations use the services of the HTTP routes. So the same rules apply,
 * and they write the same events, without an actor.
 */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../deps.ts'
import { problem } from '../errors.ts'
import { type JobReport, jobNames, runJobs } from '../jobs.ts'
import { base64url } from '../lib/encoding.ts'
import { iso } from '../lib/iso-time.ts'
import type { Finding } from '../modules/audit-events/verify-chain.ts'
import { type Verified, verifySeals } from '../modules/audit-events/verify-seals.ts'
import { systemCause } from '../core/events/new-event.ts'
import { type ClockDoubt, judgeClock, trustClock } from '../modules/jobs/clock-trust.ts'
import { type BulkAction, type DryRun, StartBulkAction } from '../modules/bulk-actions/schema.ts'
import type { ShownJob } from '../modules/jobs/queries.ts'
import { type Job, JobId, jobStates, type ListJobs, toJob } from '../modules/jobs/schema.ts'
import { discardJob, pageOfJobs, retryJob, retryJobs } from '../modules/jobs/service.ts'
import type { Explained } from '../modules/authz/explain-decision.ts'
import { explainUser } from '../modules/authz/explain-user.ts'
import { setupToken } from '../modules/setup/setup-token.ts'
import { type Collision, findCollisions, rekeyEmails } from '../modules/users/rekey-emails.ts'
import { CreateUser, toUser, type User, userSorts } from '../modules/users/schema.ts'
import { createUser, disableUser, enableUser } from '../modules/users/service.ts'
import { pageOfUsers } from '../modules/users/list-users.ts'
import { type ActionOperations, actionOperations } from './action-operations.ts'
import { type ApiOperations, apiOperation } from './api-operation.ts'
import { AccessQuestion } from './access-question.ts'
import { runBulkActionOf } from './bulk-action.ts'
import { type ClientOperations, clientOperations } from './client-operations.ts'
import { type Compacted, compactDatabase } from './compact-database.ts'
import { type DataOperations, dataOperations } from './data-operations.ts'
import { IdOrEmail, userIdOf } from './find-user.ts'
import { type KeyOperations, keyOperations } from './key-operations.ts'
import { type OrgOperations, orgOperations } from './org-operations.ts'
import { parse } from './parse-input.ts'
import { type SigningKeyOperations, signingKeyOperations } from './signing-key-operations.ts'
import { type SeedResult, seedDemo } from './seed-demo.ts'
import { type UserOperations, userOperations } from './user-operations.ts'

const NewUser = Type.Object(
  { ...CreateUser.properties, generatePassword: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
)

const UserList = Type.Object(
  {
    q: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('disabled')])),
    role: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    sort: Type.Union(userSorts.map((sort) => Type.Literal(sort))),
    /** Absent: all users. */
    limit: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
)

const UserStatus = Type.Object(
  {
    user: IdOrEmail,
    status: Type.Union([Type.Literal('active'), Type.Literal('disabled')]),
  },
  { additionalProperties: false },
)

const JobToRun = Type.Object(
  {
    name: Type.Optional(
      Type.Union(
        jobNames.map((name) => Type.Literal(name)),
        { description: `one of ${jobNames.join(', ')}` },
      ),
    ),
  },
  { additionalProperties: false },
)
const JobList = Type.Object(
  {
    state: Type.Optional(Type.Union([...jobStates].map((state) => Type.Literal(state)))),
    kind: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    limit: Type.Integer({ minimum: 1 }),
  },
  { additionalProperties: false },
)
const OneJob = Type.Object({ id: JobId }, { additionalProperties: false })
const DeadJobs = Type.Object({ dead: Type.Literal(true) }, { additionalProperties: false })
const Nothing = Type.Object({}, { additionalProperties: false })
const Verification = Type.Object(
  {
    previousSecrets: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { maxItems: 100 })),
    expected: Type.Optional(
      Type.Object(
        { position: Type.Integer({ minimum: 1 }), hash: Type.String({ minLength: 43, maxLength: 43 }) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
const Seed = Type.Object({ force: Type.Boolean() }, { additionalProperties: false })

export interface Progress {
  done: number
  total: number
}
/** Long work yields progress. A list yields many items, other operations yield one. */
export type Reply<Item> = { item: Item } | { progress: Progress }

/** The input and the items of every operation. */
export interface Operations
  extends OrgOperations,
    KeyOperations,
    ActionOperations,
    ApiOperations,
    ClientOperations,
    SigningKeyOperations,
    UserOperations,
    DataOperations {
  'users.create': { input: Static<typeof NewUser>; item: { user: User; password?: string } }
  'users.list': { input: Static<typeof UserList>; item: User }
  'users.bulk': { input: StartBulkAction; item: BulkAction | DryRun }
  'users.collisions': { input: Static<typeof Nothing>; item: Collision }
  'users.set-status': { input: Static<typeof UserStatus>; item: User }
  'authz.explain': { input: Static<typeof AccessQuestion>; item: Explained & { email: string } }
  'setup.token': { input: Static<typeof Nothing>; item: { token: string } }
  'jobs.run': { input: { name?: string }; item: JobReport['jobs'][number] }
  'jobs.list': { input: { state?: string; kind?: string; limit: number }; item: Job }
  'jobs.retry': { input: { id: string } | { dead: true }; item: { id: string } }
  'jobs.discard': { input: { id: string }; item: Job }
  'audit.verify': { input: Static<typeof Verification>; item: Finding | Verified }
  'clock.show': {
    input: Static<typeof Nothing>
    item: { now: string; believed: boolean; doubt?: ClockDoubt; since?: string }
  }
  'clock.trust': { input: Static<typeof Nothing>; item: { now: string } }
  'database.compact': { input: Static<typeof Nothing>; item: Compacted }
  'demo.seed': { input: Static<typeof Seed>; item: SeedResult }
}
export type OperationName = keyof Operations
export type Replies<Name extends OperationName> = AsyncGenerator<Reply<Operations[Name]['item']>, void, undefined>

const PAGE = 100
const MIN_GENERATED_CHARACTERS = 24

const operations: { [Name in OperationName]: (deps: Deps, input: unknown) => Replies<Name> } = {
  ...dataOperations,

  async *'users.create'(deps, input) {
    const { generatePassword = false, ...account } = parse(NewUser, input)
    const password = generatePassword ? newPassword(deps) : undefined
    const user = await createUser(deps, systemCause, password === undefined ? account : { ...account, password })
    yield { item: { user: toUser(user), ...(password === undefined ? {} : { password }) } }
  },

  async *'users.list'(deps, input) {
    const { limit = Number.POSITIVE_INFINITY, ...query } = parse(UserList, input)
    let left = limit
    let cursor: string | null = null
    do {
      const page = await pageOfUsers(deps, { ...query, limit: Math.min(PAGE, left), ...(cursor ? { cursor } : {}) })
      for (const user of page.items) yield { item: toUser(user) }
      left -= page.items.length
      cursor = page.nextCursor
    } while (cursor !== null && left > 0)
  },

  async *'users.bulk'(deps, input) {
    yield* runBulkActionOf(deps, parse(StartBulkAction, input))
  },

  async *'users.collisions'(deps, input) {
    parse(Nothing, input)
    await rekeyEmails(deps, deps.accepting) // the collisions that remain need a decision of a person
    for await (const item of findCollisions(deps)) yield { item }
  },

  async *'users.set-status'(deps, input) {
    const { user, status } = parse(UserStatus, input)
    const id = await userIdOf(deps, user)
    yield { item: toUser(await (status === 'disabled' ? disableUser : enableUser)(deps, systemCause, id)) }
  },

  ...orgOperations,
  ...userOperations,
  async *'authz.explain'(deps, input) {
    const { user, ...question } = parse(AccessQuestion, input)
    yield { item: await explainUser(deps, { userId: await userIdOf(deps, user), ...question }) }
  },

  async *'setup.token'(deps, input) {
    parse(Nothing, input)
    const token = await setupToken(deps)
    if (token === undefined) throw problem('setup.done')
    yield { item: { token } }
  },

  ...keyOperations,
  ...actionOperations,
  ...apiOperation,
  ...clientOperations,
  ...signingKeyOperations,

  async *'jobs.run'(deps, input) {
    for (const item of (await runJobs(deps, parse(JobToRun, input).name ?? 'all')).jobs) yield { item }
  },

  async *'audit.verify'(deps, input) {
    yield* verifySeals(deps, parse(Verification, input))
  },

  async *'jobs.list'(deps, input) {
    const { limit, ...filter } = parse(JobList, input)
    let left = limit
    for await (const page of pagesOfJobs(deps, filter)) {
      for (const job of page.slice(0, left)) yield { item: toJob(job) }
      left -= page.length
      if (left <= 0) return
    }
  },

  async *'jobs.retry'(deps, input) {
    if (!Value.Check(DeadJobs, input)) {
      const { id } = await retryJob(deps, systemCause, parse(OneJob, input).id)
      return yield { item: { id } }
    }
    // From the newest to the oldest, so a job that dies again during the loop is not retried twice.
    for await (const page of pagesOfJobs(deps, { state: 'dead' })) {
      const ids = page.map(({ id }) => id)
      for (const id of await retryJobs(deps, systemCause, ids)) yield { item: { id } }
    }
  },

  async *'jobs.discard'(deps, input) {
    yield { item: toJob(await discardJob(deps, systemCause, parse(OneJob, input).id)) }
  },

  async *'clock.show'(deps, input) {
    parse(Nothing, input)
    const verdict = await judgeClock(deps)
    const now = iso(verdict.now)
    if ('basis' in verdict) yield { item: { now, believed: true } }
    else yield { item: { now, believed: false, doubt: verdict.doubt, since: iso(verdict.since) } }
  },

  async *'clock.trust'(deps, input) {
    parse(Nothing, input)
    yield { item: { now: iso(await trustClock(deps)) } }
  },

  async *'database.compact'(deps, input) {
    parse(Nothing, input)
    yield* compactDatabase(deps)
  },

  async *'demo.seed'(deps, input) {
    yield* seedDemo(deps, parse(Seed, input))
  },
}

/** Newest first. */
async function* pagesOfJobs(deps: Deps, filter: Pick<ListJobs, 'state' | 'kind'>): AsyncGenerator<ShownJob[]> {
  let cursor: string | null = null
  do {
    const page = await pageOfJobs(deps, { ...filter, limit: PAGE, ...(cursor ? { cursor } : {}) })
    yield page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}

export const isOperation = (name: string): name is OperationName => Object.hasOwn(operations, name)

/** Runs an operation. It checks the input on the first iteration. Throws `request.invalid` and the errors of its service. */
export const runOperation = <Name extends OperationName>(deps: Deps, name: Name, input: unknown): Replies<Name> =>
  operations[name](deps, input)

/** 144 random bits or more: as long as the policy requires, and in no list of breached passwords. */
function newPassword({ config, random }: Pick<Deps, 'config' | 'random'>): string {
  const characters = Math.max(MIN_GENERATED_CHARACTERS, config.passwordMinLength)
  return base64url(random.bytes(Math.ceil((characters * 3) / 4)))
}
