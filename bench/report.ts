/** The results of a scenario, and their Markdown tables. */

/** One value for each round. */
export interface Series {
  name: string
  values: readonly number[]
}

/** Ours against its reference. Both were measured in every round, so a busy moment of the machine affects both. */
export interface Comparison {
  name: string
  unit: 'req/s' | 'sign-ins/s' | 'refreshes/s' | 'jobs/s' | 'users/s' | 'µs' | 'ms'
  /** For times, less is better. In both cases the ratio tells how many times faster ours is. */
  ours: Series
  reference: Series
  /** The ratio that must be reached. */
  goal?: number
  /** A higher ratio that is desirable. */
  stretch?: number
}

/** A value with a maximum or a minimum that does not depend on the machine. */
export type Figure = Series &
  (
    | { unit: 'ms' | 'µs' | '×' | 'KiB'; below: number }
    | { unit: 'refreshes/s' | 'users/s' | 'messages/s'; atLeast: number }
  )

export interface Table {
  headings: readonly string[]
  rows: readonly (readonly string[])[]
}

export interface Report {
  scenario: string
  comparisons: readonly Comparison[]
  figures: readonly Figure[]
  /** Tables with more columns than a comparison. */
  tables?: readonly Table[]
  /** The checks that passed. A failed check ends the run. */
  checks: readonly string[]
}

export interface Spread {
  median: number
  min: number
  max: number
}

/** Ours divided by the reference, for each round. Above 1 ours is faster. */
export function ratioOf({ unit, ours, reference }: Comparison): Spread {
  const [above, below] = unit === 'µs' || unit === 'ms' ? [reference, ours] : [ours, reference]
  return spreadOf(above.values.map((value, round) => value / (below.values[round] ?? Number.NaN)))
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const median = ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN }
}

/** Tables and a list in the form of docs/benchmarks.md. */
export function toMarkdown(reports: readonly Report[]): string {
  const comparisons = reports.flatMap((report) => report.comparisons)
  const figures = reports.flatMap((report) => report.figures)
  const checks = reports.flatMap((report) => report.checks)
  return [
    comparisons.length > 0
      ? table(['measured', 'ours', 'reference', 'ratio (min–max)', 'goal'], comparisons.map(comparisonRow))
      : '',
    figures.length > 0 ? table(['held', 'median (min–max)', 'goal'], figures.map(figureRow)) : '',
    ...reports.flatMap(({ tables = [] }) => tables).map(({ headings, rows }) => table(headings, rows)),
    checks.map((check) => `- ${check}`).join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n')
}

function comparisonRow(comparison: Comparison): string[] {
  const { name, unit, ours, reference, goal, stretch } = comparison
  const { median, min, max } = ratioOf(comparison)
  const judged = (word: string, wanted: number | undefined) =>
    wanted === undefined ? [] : [`${word}≥ ${fixed(wanted)} ${median >= wanted ? 'met' : 'missed'}`]
  const value = (series: Series) => `${rounded(spreadOf(series.values).median)} ${unit}`
  return [
    name,
    value(ours),
    `${reference.name}: ${value(reference)}`,
    `**${fixed(median)}** (${fixed(min)}–${fixed(max)})`,
    [...judged('', goal), ...judged('stretch ', stretch)].join(', '),
  ]
}

function figureRow(figure: Figure): string[] {
  const { name, unit, values } = figure
  const { median, min, max } = spreadOf(values)
  const [goal, met] =
    'below' in figure
      ? [`< ${figure.below}`, median < figure.below]
      : [`≥ ${figure.atLeast.toLocaleString('en')}`, median >= figure.atLeast]
  return [
    name,
    `${rounded(median)} ${unit} (${rounded(min)}–${rounded(max)})`,
    `${goal} ${unit} ${met ? 'met' : 'missed'}`,
  ]
}

const fixed = (value: number): string => value.toFixed(2)

/** Three digits are more precise than the measurements on a shared machine. */
const rounded = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toLocaleString('en', { maximumSignificantDigits: 3 })

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(...[heading, ...rows.map((row) => row[column] ?? '')].map(width)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join(' | ')} |`
  return [line(headings), line(widths.map((columns) => '-'.repeat(columns))), ...rows.map(line)].join('\n')
}

const width = (text: string): number => [...text].length
