/** The table of docs/edge.md: `bun test/runtime/round-trips/table.ts` measures and writes it; a test keeps it so. */
import { join } from 'node:path'
import { startMeasuredServer } from './measured-server.ts'
import { operations, setUp } from './operations.ts'

export const DOCUMENT = join(import.meta.dir, '../../../docs/edge.md')
const BEGIN = '<!-- round trips -->'
const END = '<!-- /round trips -->'

export interface Row {
  route: string
  how?: string | undefined
  trips: number
}

/** Every operation, asked once. */
export async function measureRows(): Promise<Row[]> {
  const server = await startMeasuredServer()
  try {
    const rows: Row[] = [{ route: setUp.route, trips: server.setUp.trips }]
    for (const operation of operations) {
      const { route, how } = operation
      rows.push({ route, how, trips: (await server.measure(operation)).trips })
    }
    return rows
  } finally {
    await server.stop()
  }
}

/** The block between the marks, with them. */
export const toBlock = (rows: readonly Row[]): string =>
  [
    BEGIN,
    '| operation | round trips |',
    '| --- | --- |',
    ...rows.map(({ route, how, trips }) => `| \`${route}\`${how === undefined ? '' : ` ${how}`} | ${trips} |`),
    END,
  ].join('\n')

/** The block as it stands in a text; undefined when there is none. */
export const blockIn = (text: string): string | undefined => {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  return begin === -1 || end < begin ? undefined : text.slice(begin, end + END.length)
}

if (import.meta.main) {
  const block = toBlock(await measureRows())
  const file = Bun.file(DOCUMENT)
  const text = (await file.exists()) ? await file.text() : '# On the edge\n'
  const old = blockIn(text)
  await Bun.write(file, old === undefined ? `${text}\n## Round trips\n\n${block}\n` : text.replace(old, () => block))
}
