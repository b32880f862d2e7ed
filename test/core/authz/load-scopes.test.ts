/** Scopes leave the memory at any moment: when they expire, and when a write forgets them. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readWithScopes } from '../../../src/core/authz/load-scopes.ts'
import { INSTANCE } from '../../../src/core/authz/scope.ts'
import { makeOrg } from '../../modules/authz/support.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

test('a scope that leaves the memory after it was found there is in the result', async () => {
  const ids = [INSTANCE, await makeOrg(t, {})]
  await readWithScopes(t.deps, ids, []) // into memory
  const { principals } = t.deps
  const asked = new Set<string>()
  const leaving = {
    ...principals,
    scope(id: string) {
      const found = asked.has(id) ? undefined : principals.scope(id)
      asked.add(id)
      return found
    },
  }
  const { scopes } = await readWithScopes({ ...t.deps, principals: leaving }, ids, [])
  expect([...asked]).toEqual(ids)
  expect([...scopes.keys()]).toEqual(ids)
})
