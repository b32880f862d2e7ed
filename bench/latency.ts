/** The cost of a distant database. With 40 ms for each round trip, an operation takes its round trips plus its own cost. */
import { type MeasuredServer, startMeasuredServer } from '../test/runtime/round-trips/measured-server.ts'
import type { Operation } from '../test/runtime/round-trips/operation.ts'
import { operations } from '../test/runtime/round-trips/operations.ts'
import { hasSqld } from '../test/support/sqld.ts'
import { BenchError } from './bench-error.ts'
import { type Figure, type Report, spreadOf } from './report.ts'
import type { ScenarioOptions } from './scenario.ts'

const LATENCY_MS = 40
/** The allowed factor on the sum of round trips and own cost. */
const TOLERANCE = 1.1

interface Measurements {
  operation: Operation
  trips: number
  /** One value for each round, as in every scenario. */
  bareMs: number[]
  farMs: number[]
}

export async function measureLatency(options: ScenarioOptions): Promise<Report> {
  if (!(await hasSqld()))
    return report([], 'latency: left out, because sqld is not installed here: `bun install --cwd test/parts`.')
  const server = await startMeasuredServer()
  try {
    const all: Measurements[] = (await withTrips(server)).map((found) => ({ ...found, bareMs: [], farMs: [] }))
    await measureRounds(server, all, options)
    return report(
      all.map(toFigure),
      `The caller of every operation was not in the cache, and 0 or ${LATENCY_MS} ms were added to each round trip to sqld.`,
    )
  } finally {
    await server.stop()
  }
}

const report = (figures: Figure[], check: string): Report => ({
  scenario: 'latency',
  comparisons: [],
  figures,
  checks: [check],
})

/** The operations that use the database, with their number of round trips. This run also makes lazy objects. */
async function withTrips(server: MeasuredServer): Promise<Pick<Measurements, 'operation' | 'trips'>[]> {
  const found: Pick<Measurements, 'operation' | 'trips'>[] = []
  for (const operation of operations) {
    const { trips } = await server.measure(operation)
    if (trips > 0) found.push({ operation, trips })
  }
  return found
}

/** Measures with and without delay in turn, so a busy moment of the machine affects both. */
async function measureRounds(
  server: MeasuredServer,
  all: Measurements[],
  { rounds, progress }: ScenarioOptions,
): Promise<void> {
  const total = rounds * all.length
  for (let done = 0; done < total; done++) {
    progress(done, total)
    const measured = all[done % all.length]
    if (measured === undefined) continue
    measured.bareMs.push((await server.measure(measured.operation)).tookMs)
    const far = await server.measure(measured.operation, LATENCY_MS)
    if (far.trips !== measured.trips)
      throw new BenchError(`${measured.operation.route} took ${measured.trips} trips, and then ${far.trips}`, '')
    measured.farMs.push(far.tookMs)
  }
  progress(total, total)
}

function toFigure({ operation: { route, how }, trips, bareMs, farMs }: Measurements): Figure {
  const bare = spreadOf(bareMs).median
  return {
    name: `\`${route}\`${how === undefined ? '' : ` ${how}`}: ${trips} × ${LATENCY_MS} ms + ${bare.toFixed(1)} ms`,
    unit: 'ms',
    values: farMs,
    below: Math.round((trips * LATENCY_MS + bare) * TOLERANCE),
  }
}
