import type { Report } from './report.ts'

export interface ScenarioOptions {
  /** The number of rounds. Every contender is measured once in each. */
  rounds: number
  /** Seconds of load for each contender and round. */
  seconds: number
  /** The numbers of users, with one measurement for each. Only for scenarios with their own data. */
  users?: readonly number[] | undefined
  /** Called before each measurement, and once at the end. */
  progress: (done: number, total: number) => void
}

export type Scenario = (options: ScenarioOptions) => Promise<Report>

/**
 * A B C A B C …: the values of every contender, for each round. When the machine is slow for a while, it is slow for all of
 * them, so the ratio of a round is reliable. Figures of different rounds must not be compared.
 */
export async function interleave<Contenders extends Record<string, () => Promise<unknown>>>(
  { rounds, progress }: Pick<ScenarioOptions, 'rounds' | 'progress'>,
  contenders: Contenders,
): Promise<{ [Name in keyof Contenders]: Awaited<ReturnType<Contenders[Name]>>[] }> {
  const names = Object.keys(contenders)
  const values: Record<string, unknown[]> = Object.fromEntries(names.map((name) => [name, []]))
  const total = rounds * names.length
  for (let done = 0; done < total; done++) {
    progress(done, total)
    const name = names[done % names.length]
    if (name !== undefined) values[name]?.push(await contenders[name]?.())
  }
  progress(total, total)
  return values as Awaited<ReturnType<typeof interleave<Contenders>>> // a list for each name
}
