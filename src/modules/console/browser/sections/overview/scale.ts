/** Where the points of a chart are. Pure, so that a test can ask it about every shape of data. */

export interface Point {
  x: number
  y: number
}

/** The picture has no units of its own: the page stretches it. */
export const WIDTH = 600
export const HEIGHT = 150
const TOP = 8

/** The lowest round number that is not below the highest value: 1, 2, 4, 5 or 10 times a power of ten. Never 0. */
export function ceilingOf(values: readonly (number | null)[]): number {
  const highest = Math.max(0, ...values.map((value) => value ?? 0))
  if (highest <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(highest))
  return ([1, 2, 4, 5, 10].find((step) => step * power >= highest) ?? 10) * power
}

/** One point for each value; undefined where there is none. */
export function pointsOf(values: readonly (number | null)[], ceiling: number): (Point | undefined)[] {
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0
  return values.map((value, index) =>
    value === null
      ? undefined
      : {
          x: round(values.length > 1 ? index * step : WIDTH / 2),
          y: round(HEIGHT - (value / ceiling) * (HEIGHT - TOP)),
        },
  )
}

const round = (value: number): number => Math.round(value * 10) / 10

/** Runs of neighbouring points. A day that was not counted interrupts the line. */
export function runsOf(points: readonly (Point | undefined)[]): Point[][] {
  const runs: Point[][] = [[]]
  for (const point of points) {
    if (point) runs.at(-1)?.push(point)
    else if (runs.at(-1)?.length !== 0) runs.push([])
  }
  return runs.filter(({ length }) => length > 0)
}

export const lineOf = (run: readonly Point[]): string => `M${run.map(({ x, y }) => `${x} ${y}`).join('L')}`

/** The line, down to the ground and back. */
export function areaOf(run: readonly Point[]): string {
  const [first, last] = [run[0], run.at(-1)]
  return first && last ? `${lineOf(run)}L${last.x} ${HEIGHT}L${first.x} ${HEIGHT}Z` : ''
}
