import type { CommandGroup } from './command.ts'
import { exportOrgsCommand } from './orgs-export.ts'
import { importOrgsCommand } from './orgs-import.ts'
import { program } from './program.ts'
import type { ImportContext } from './users-import.ts'

export const orgsCommands = (context: ImportContext): CommandGroup => ({
  meta: { name: `${program} orgs`, description: 'Organisations with their roles and members: import, export.' },
  subCommands: { import: importOrgsCommand(context), export: exportOrgsCommand(context) },
})
