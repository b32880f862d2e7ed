/**
 * The addresses behind the ids of accounts. The API gives ids. One page of users answers most of them, and what is left is asked
 * for one by one, once. An id without an answer stays an id: the account is erased, or the person may not read it.
 */
import { signal } from '@preact/signals'
import { call } from '../../../../browser/api.ts'
import { can } from '../viewer.ts'

interface Account {
  id: string
  email: string | null
  name: string
}

/** Questions that one page may ask. */
const MOST = 60
const names = signal<ReadonlyMap<string, string>>(new Map())
const asked = new Set<string>()
let first: Promise<void> | undefined

const keep = (accounts: readonly Account[]): void => {
  names.value = new Map([...names.peek(), ...accounts.map(({ id, email, name }) => [id, email || name || id] as const)])
}

/** The address of the account, or its name, as soon as it is known. Until then its id. */
export const accountName = (id: string): string => names.value.get(id) ?? id

/** Asks for those that are not known yet. */
export async function learnNames(ids: Iterable<string | null>): Promise<void> {
  const unknown = [...new Set(ids)].filter((id): id is string => id?.startsWith('usr_') === true && !asked.has(id))
  if (unknown.length === 0 || !can('users:read')) return
  for (const id of unknown) asked.add(id)
  first ??= call<{ items: readonly Account[] }>('GET', '/v1/users?limit=100').then((answer) => {
    if (answer.ok) keep(answer.body.items)
  })
  await first
  for (const id of unknown) {
    if (names.peek().has(id) || asked.size > MOST) continue
    const answer = await call<Account>('GET', `/v1/users/${encodeURIComponent(id)}`)
    if (answer.ok) keep([answer.body])
    else if (answer.problem.status !== 404) return
  }
}
