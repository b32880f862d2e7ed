/** Every feature is tested on every runtime: it joins the runtime suite in the same change. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'
import type { Feature } from '../../src/core/feature.ts'
import * as features from '../../src/features.ts'
import { routesOf } from '../http/support/routes.ts'
import { exceptions } from '../runtime/exceptions.ts'
import { suite } from '../runtime/suite.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const ROOT = join(import.meta.dir, '../..')
const cases = Object.values(suite).flat()
const files = [...new Glob('*.test.ts').scanSync(join(ROOT, 'test/runtime'))]
/** The files that ask a runtime for the whole suite, as text. */
const proofs = await Promise.all(files.map((file) => Bun.file(join(ROOT, 'test/runtime', file)).text())).then((texts) =>
  texts.filter((text) => text.includes('proveOn(')),
)

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

test('every feature that the runtimes serve has cases that are run on each of them', () => {
  const served = Object.values(features).filter(
    (feature: Feature) => feature.paths !== undefined && feature.served?.(t.deps.config) !== false,
  )
  expect(served.map(({ name }) => name)).toContain('sign-in')
  const missing = served.map(({ name }) => name).filter((name) => (suite[name] ?? []).length === 0)
  expect(missing, `add cases to \`runtime\` in test/modules/${missing[0]}/contract.ts`).toEqual([])
})

test('every route is called by a case, and cases name routes that exist', async () => {
  const routes = (await routesOf(t.app)).map(({ name }) => name)
  const covered = new Set(cases.flatMap((one) => one.routes))
  expect(routes.filter((name) => !covered.has(name))).toEqual([])
  expect([...covered].filter((name) => !routes.includes(name))).toEqual([])
})

test('no two guarantees have one name', () => {
  const names = cases.map((one) => one.guarantee)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

test('the whole suite is asked of every server there is, and only of runtimes that exist may there be exceptions', () => {
  const servers = [...new Glob('*.ts').scanSync(join(ROOT, 'test/runtime/servers'))].filter(
    (file) => file !== 'runtime-server.ts',
  )
  expect(servers.filter((file) => !existsSync(join(ROOT, `test/runtime/${file.replace('.ts', '.test.ts')}`)))).toEqual(
    [],
  )
  expect(proofs.length).toBe(servers.length)
  const names = proofs.map((text) => /name: '([^']+)'/.exec(text)?.[1])
  for (const runtime of Object.keys(exceptions)) expect(names).toContain(runtime)
})

test('no case asks where it runs', async () => {
  const places = ['runtime/cases/*.ts', 'modules/*/contract.ts', 'modules/*/*runtime-cases.ts']
  const sources = places.flatMap((place) => [...new Glob(`test/${place}`).scanSync(ROOT)])
  expect(sources.length).toBeGreaterThan(30)
  for (const file of sources) {
    const text = await Bun.file(join(ROOT, file)).text()
    expect(text, file).not.toMatch(/runtime\s*[!=]==|\bif \(.*runtime|server\.name/)
  }
})
