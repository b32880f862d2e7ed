/** The lines of the charts, for every shape of data. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  areaOf,
  ceilingOf,
  HEIGHT,
  lineOf,
  pointsOf,
  runsOf,
  WIDTH,
} from '../../../src/modules/console/browser/sections/overview/scale.ts'

const series = fc.array(fc.option(fc.nat({ max: 10_000_000 })), { minLength: 1, maxLength: 366 })

describe('a chart', () => {
  test('has its line inside the picture, with a point for each day that was counted', () => {
    fc.assert(
      fc.property(series, (values) => {
        const ceiling = ceilingOf(values)
        const points = pointsOf(values, ceiling)
        expect(points.map((point) => point === undefined)).toEqual(values.map((value) => value === null))
        for (const point of points.filter((one) => one !== undefined)) {
          expect(point.x).toBeWithin(0, WIDTH + 1)
          expect(point.y).toBeWithin(0, HEIGHT + 1)
        }
        expect(runsOf(points).flat()).toEqual(points.filter((one) => one !== undefined))
        for (const run of runsOf(points)) expect(`${lineOf(run)}${areaOf(run)}`).not.toMatch(/NaN|Infinity|undefined/)
      }),
    )
  })

  test('a higher number is never lower in the picture', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1_000_000 }), { minLength: 2, maxLength: 30 }), (values) => {
        const points = pointsOf(values, ceilingOf(values))
        for (const [at, value] of values.entries())
          for (const [other, second] of values.entries())
            if (value > second) expect(points[at]?.y ?? 0).toBeLessThanOrEqual(points[other]?.y ?? 0)
      }),
    )
  })

  test.each([
    [[], 1],
    [[0, 0], 1],
    [[null], 1],
    [[3], 4],
    [[7], 10],
    [[11], 20],
    [[100], 100],
    [[101], 200],
    [[4_999], 5_000],
  ])('the scale of %o ends at %d', (values, ceiling) => {
    expect(ceilingOf(values)).toBe(ceiling)
  })

  test('days that nobody counted interrupt the line', () => {
    const runs = runsOf(pointsOf([null, 1, 2, null, null, 3, null], 4))
    expect(runs.map(({ length }) => length)).toEqual([2, 1])
  })
})
