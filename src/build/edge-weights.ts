/** How much the edge bundles weigh, and what of: the tables of docs/edge.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Metafile } from 'esbuild'

export const gzipBytes = (file: string): number => Bun.gzipSync(readFileSync(file)).length
export const kib = (bytes: number): number => Math.round(bytes / 1024)

const MARKERS = { begin: '<!-- sizes: written by bun run build:edge --docs -->', end: '<!-- /sizes -->' }
const LISTED = 12

/** Replaces what stands between the markers of the document. Throws when there are none. */
export function writeWeights(
  document: string,
  sizes: readonly { target: string; bytes: number }[],
  cloudflare: Metafile,
): void {
  const text = readFileSync(document, 'utf8')
  const [begin, end] = [text.indexOf(MARKERS.begin), text.indexOf(MARKERS.end)]
  if (begin < 0 || end < begin) throw new Error(`${document} has no place for sizes: ${MARKERS.begin}`)
  const tables = [
    table(
      ['bundle', 'KiB, gzip'],
      sizes.map(({ target, bytes }) => [`\`${target}.js\``, kib(bytes)]),
    ),
    table(
      ['in the Worker', 'KiB, before gzip'],
      heaviest(cloudflare).map(({ part, bytes }) => [part, kib(bytes)]),
    ),
  ]
  writeFileSync(document, `${text.slice(0, begin)}${MARKERS.begin}\n${tables.join('\n\n')}\n${text.slice(end)}`)
}

/** Packages, and our own source as one, by what they add to the bundle. */
export function heaviest({ outputs }: Metafile): { part: string; bytes: number }[] {
  const weights = new Map<string, number>()
  for (const { inputs } of Object.values(outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs))
      weights.set(partOf(path), (weights.get(partOf(path)) ?? 0) + bytesInOutput)
  return [...weights]
    .map(([part, bytes]) => ({ part, bytes }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, LISTED)
}

const partOf = (path: string): string =>
  /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? (path.startsWith('src/') ? 'our `src/`' : 'our `db/`')

const table = (headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
