import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createApp } from '../../src/app.ts'
import type { Feature } from '../../src/core/feature.ts'
import * as features from '../../src/features.ts'
import { loadRest } from '../../src/platform/load-rest.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

/** An app whose features say when they are loaded. `broken` cannot be loaded the first time. */
function watched(broken?: string) {
  const loaded: string[] = []
  const all = Object.values<Feature>(features).map((feature): Feature => {
    const { routes } = feature
    if (routes === undefined) return feature
    return {
      ...feature,
      routes: async () => {
        const isFirst = !loaded.includes(feature.name)
        loaded.push(feature.name)
        if (isFirst && feature.name === broken) throw new Error('the file is gone')
        return routes()
      },
    }
  })
  return { loaded, app: createApp(t.deps, { features: all }) }
}

describe('a process that runs for long', () => {
  test('loads each feature once, and no request loads it again', async () => {
    const { loaded, app } = watched()
    await app.handle(new Request('https://api.test/livez'))
    expect(loaded).toEqual(['health'])
    await loadRest(t.deps, app)
    const names = [...loaded].sort()
    expect(names.length).toBeGreaterThan(20)
    expect(new Set(names).size).toBe(names.length)
    await app.handle(new Request('https://api.test/v1/roles'))
    expect([...loaded].sort()).toEqual(names)
  })

  test('logs a feature that cannot be loaded, and the next request tries again', async () => {
    const { app } = watched('roles')
    const before = t.logged.length
    await loadRest(t.deps, app)
    expect(t.logged.slice(before).map(({ message }) => message)).toEqual(['a feature could not be loaded'])
    expect((await app.handle(new Request('https://api.test/v1/roles'))).status).toBe(401)
  })

  test('loads nothing once it was asked to stop', async () => {
    const { loaded, app } = watched()
    await loadRest({ ...t.deps, accepting: () => false }, app)
    expect(loaded).toEqual([])
  })
})
