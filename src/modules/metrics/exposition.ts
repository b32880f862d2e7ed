import type { Measure } from '../../core/metrics/model.ts'

/** The text format of Prometheus, version 0.0.4, which every monitoring reads. */
export const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8'

/** A measure without a value is left out: a number that is not known must not look like 0. */
export const expositionOf = (measures: readonly Measure[]): string =>
  measures
    .filter(({ values }) => values.length > 0)
    .map(({ name, kind, help, values }) => {
      const lines = values.map(({ labels = {}, value }) => `${name}${labelsOf(labels)} ${value}`)
      return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${kind}`, ...lines].join('\n')
    })
    .join('\n')
    .concat('\n')

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeHelp(value).replaceAll('"', '\\"')}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
