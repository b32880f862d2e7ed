import type { Report } from './report.ts'

export interface ScenarioOptions {
  /** Every contender is measured once a round, in turn. */
  rounds: number
  /** Of load, for each contender and round. */
  seconds: number
  /** How many users there are, one measurement each; for scenarios that have data of their own. */
  users?: readonly number[] | undefined
  /** Called before each measurement, and once at the end. */
  progress: (done: number, total: number) => void
}

export type Scenario = (options: ScenarioOptions) => Promise<Report>

/**
 * A B C A B C …: every contender's values, round by round. A machine that is slow for a while is slow for all of them,
 * so each round's ratio holds; it is figures of different rounds that must not be compared.
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
  return values as Awaited<ReturnType<typeof interleave<Contenders>>> // one list for each name
}
