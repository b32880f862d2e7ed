/** How long what was read from a database of several processes is believed. */
import { expect, test } from 'bun:test'
import type { Principal } from '../../src/deps.ts'
import { createPrincipalCache } from '../../src/platform/principal-cache.ts'

const TTL_MS = 900

function cacheAt() {
  let time = 1_000_000
  const clock = { now: () => time, elapsed: () => time }
  return {
    cache: createPrincipalCache({ maxEntries: 10, ttlMs: TTL_MS, clock }),
    advance: (ms: number) => (time += ms),
  }
}
const principal = {
  kind: 'session',
  id: 'usr_1',
  orgId: null,
  actingFor: undefined,
  impersonatorId: null,
  memberships: new Map(),
  user: { publicMetadata: {} },
} as unknown as Principal // what the cache reads of it

test('an answer that took 800 ms is believed for 100 ms more, because it says what was true when it was asked for', async () => {
  const { cache, advance } = cacheAt()
  const loaded = { principal, scopes: [] }
  await cache.load('key', async () => {
    advance(800)
    return loaded
  })
  await cache.loadRecord('client', 'cli_1', async () => {
    advance(50)
    return { id: 'cli_1' }
  })
  advance(50)
  expect(cache.get('key')).toBe(principal)
  advance(1)
  expect(cache.get('key')).toBeUndefined()
  expect(cache.record('client', 'cli_1')).toEqual({ id: 'cli_1' })
  advance(800)
  expect(cache.record('client', 'cli_1')).toBeUndefined()
})

test('a record with the id of another kind does not lengthen the life of that one', async () => {
  const { cache, advance } = cacheAt()
  const id = 'https://one.example/'
  await cache.loadRecord('client', id, async () => ({ status: 'active' }))
  advance(800)
  await cache.loadRecord('resource', id, async () => ({ audience: id }))
  advance(101)
  expect(cache.record('client', id)).toBeUndefined()
  expect(cache.record('resource', id)).toEqual({ audience: id })
  cache.forget(id)
  expect(cache.record('resource', id)).toBeUndefined()
})
