/** Demo data: three users who can sign in and 300 who cannot. Names and domains show that they are demo data. */
import type { Deps } from '../deps.ts'
import { Problem } from '../errors.ts'
import { emailKey } from '../lib/email.ts'
import { commit, recorded } from '../core/events/commit.ts'
import { newEvent, systemCause } from '../core/events/new-event.ts'
import { newUser } from '../modules/users/new-user.ts'
import { insertRoles, insertUser } from '../modules/users/queries.ts'
import { createUser } from '../modules/users/service.ts'
import { pageOfUsers } from '../modules/users/list-users.ts'
import { DEMO_DOMAIN, DEMO_PASSWORD, type DemoUser, demoPeople, demoUsers } from './demo-people.ts'
import { OperatorError } from './failure.ts'

export interface SeedResult {
  /** The password of the users that this run made. Existing users keep theirs. */
  password: string
  people: { email: string; name: string; roles: string[]; created: boolean }[]
  generated: { created: number; existing: number }
}

/** Users in a batch: some 150 statements, so other writers wait for only a few ms. */
const BATCH = 50

/**
 * Makes the missing demo users; a second run makes none. Yields progress, then one result. In production it throws
 * `demo.production` unless forced, because the password of the administrator is public.
 */
export async function* seedDemo(
  deps: Deps,
  { force }: { force: boolean },
): AsyncGenerator<{ progress: { done: number; total: number } } | { item: SeedResult }, void, undefined> {
  if (deps.config.production && !force)
    throw new OperatorError({
      code: 'demo.production',
      title: 'Demo users are not for production: their password is public, and one of them is an administrator.',
      remedy: 'Run this against another database, or repeat it with --force.',
    })
  const people: SeedResult['people'] = []
  const missing = await withoutExisting(deps, demoUsers())
  const total = demoPeople.length + missing.length
  for (const { email, name, roles } of demoPeople) {
    people.push({ email, name, roles: [...roles], created: await createPerson(deps, { email, name, roles }) })
    yield { progress: { done: people.length, total } }
  }
  for (let start = 0; start < missing.length; start += BATCH) {
    const batch = missing.slice(start, start + BATCH)
    await insertBatch(deps, batch)
    yield { progress: { done: demoPeople.length + start + batch.length, total } }
  }
  const existing = demoUsers().length - missing.length
  yield { item: { password: DEMO_PASSWORD, people, generated: { created: missing.length, existing } } }
}

/** False if the address is taken. The existing user is not changed. */
async function createPerson(deps: Deps, person: (typeof demoPeople)[number]): Promise<boolean> {
  const { email, name, roles } = person
  try {
    await createUser(deps, systemCause, {
      email,
      name,
      roles: [...roles],
      emailVerified: true,
      password: DEMO_PASSWORD,
    })
    return true
  } catch (error) {
    if (error instanceof Problem && error.code === 'user.email_taken') return false
    throw error
  }
}

/** These users get no password, which saves 300 hashes; they cannot sign in. One atomic batch. */
async function insertBatch(deps: Deps, demo: readonly DemoUser[]): Promise<void> {
  const steps = demo.flatMap(({ status, ...account }) => {
    const { row, user } = newUser(deps, account, null)
    const created = newEvent(deps, systemCause, 'user.created', {
      userId: user.id,
      data: { by: 'seed', roles: user.roles },
    })
    return [
      recorded(insertUser(deps.db, { ...row, status }), created),
      insertRoles(deps.db, user.id, user.roles, created),
    ]
  })
  await commit(deps, steps)
}

async function withoutExisting(deps: Deps, demo: readonly DemoUser[]): Promise<DemoUser[]> {
  const existing = new Set<string>()
  let cursor: string | null = null
  do {
    const query = { q: DEMO_DOMAIN, sort: 'email', limit: 100 } as const
    const page = await pageOfUsers(deps, cursor === null ? query : { ...query, cursor })
    for (const { email } of page.items) existing.add(emailKey(email))
    cursor = page.nextCursor
  } while (cursor !== null)
  return demo.filter(({ email }) => !existing.has(emailKey(email)))
}
