/** Each feature brings its contract with it (`test/modules/<noun>/contract.ts`), and each contract is about that feature alone. */
import { expect, test } from 'bun:test'
import type { Feature } from '../../src/core/feature.ts'
import * as listed from '../../src/features.ts'
import { contracts } from '../support/contracts.ts'

const features: Feature[] = Object.values(listed)
const withRoutes = features.filter(({ paths }) => paths !== undefined)
const namesOf = (record: object): string[] => Object.keys(record).sort()

test('every feature with routes has a contract, and no other folder has one', () => {
  expect(withRoutes.length).toBeGreaterThan(25)
  const without = withRoutes.map(({ name }) => name).filter((name) => !contracts.has(name))
  expect(without, `write test/modules/${without[0]}/contract.ts`).toEqual([])
  expect([...contracts.keys()].sort()).toEqual(withRoutes.map(({ name }) => name).sort())
})

test.each(withRoutes)('the access of $name names the paths it declares', ({ name, paths = {} }) => {
  expect(namesOf(contracts.get(name)?.access ?? {})).toEqual(namesOf(paths))
})

test.each(withRoutes.filter(({ served }) => served === undefined))(
  '$name has a budget for each of its routes, and asks each once at least for its round trips',
  ({ name, paths = {} }) => {
    expect(namesOf(contracts.get(name)?.writes.budget ?? {})).toEqual(namesOf(paths))
    const asked = new Set(contracts.get(name)?.roundTrips.map(({ route }) => route))
    expect(namesOf(paths).filter((route) => !asked.has(route))).toEqual([])
  },
)

test('set-up is first, because it makes the administrator whom the others need', () => {
  expect([...contracts.keys()][0]).toBe('setup')
})
