import { command, fileArgument, jsonOption, wholeNumber } from './command.ts'
import { orgColumns } from './import/csv-rows.ts'
import { sourceFile } from './import/file.ts'
import { importFile } from './import/import-file.ts'
import type { Ask } from './operator.ts'
import type { ImportContext } from './users-import.ts'

export const importOrgsCommand = ({ together, terminal }: ImportContext) =>
  command({
    name: 'import',
    description:
      'Import organisations, roles and memberships from JSON Lines, JSON or CSV. docs/import.md. What exists is not changed, so the command can be repeated.',
    args: {
      ...fileArgument,
      skip: { type: 'string', valueHint: 'number', description: 'Begin after so many rows.' },
      'dry-run': { type: 'boolean', description: 'Check the form of every row and write nothing.' },
      ...jsonOption,
    },
    async run({ file, 'dry-run': dryRun = false, json = false, ...given }) {
      await importFile(terminal, {
        source: sourceFile(file, terminal, 'orgs import'),
        shape: { csv: orgColumns },
        skip: wholeNumber('--skip', given.skip) ?? 0,
        take: (value) => ({ value }),
        run: (work) => together((ask) => work((rows) => send(ask, rows, dryRun))),
        noun: 'rows',
        leftOut: new Map(),
        words: ['orgs', 'import', ...(dryRun ? ['--dry-run'] : []), ...(json ? ['--json'] : []), file],
        dryRun,
        json,
      })
    },
  })

async function send(ask: Ask, rows: readonly unknown[], dryRun: boolean) {
  for await (const reply of ask('orgs.import', { rows: [...rows], dryRun }))
    if ('item' in reply) return reply.item.items
  return []
}
