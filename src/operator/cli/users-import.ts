import type { ParsedArgs } from 'citty'
import { type CommandContext, command, fileArgument, jsonOption, UsageError, wholeNumber } from './command.ts'
import { smallFile, sourceFile } from './import/file.ts'
import { importFile } from './import/import-file.ts'
import type { TakeRow } from './import/import-rows.ts'
import { readRows } from './import/read-rows.ts'
import { readAuth0Hash } from './import/readers/auth0.ts'
import { readFirebaseConfig } from './import/readers/firebase.ts'
import { type Reader, type ReaderSettings, saysSomething, type Values, valuesOf } from './import/readers/reader.ts'
import { readerNames, readers } from './import/readers/readers.ts'
import type { Ask, Together } from './operator.ts'
import type { Terminal } from './terminal.ts'

export interface ImportContext extends CommandContext {
  together: Together
}

const args = {
  ...fileArgument,
  from: { type: 'enum', options: readerNames, description: 'The system that wrote the file. Absent: this one.' },
  'firebase-config': {
    type: 'string',
    valueHint: 'FILE',
    description: 'A file with the password hash parameters that the console of Firebase shows.',
  },
  'auth0-passwords': {
    type: 'string',
    valueHint: 'FILE',
    description: 'The export of password hashes that the support of Auth0 makes.',
  },
  skip: { type: 'string', valueHint: 'number', description: 'Begin after so many rows.' },
  'dry-run': { type: 'boolean', description: 'Check every row and write nothing.' },
  ...jsonOption,
} as const

export const importCommand = ({ together, terminal }: ImportContext) =>
  command({
    name: 'import',
    description:
      'Import users of another system from a file: JSON, JSON Lines or CSV. docs/import.md. Existing users are not changed, so the command can be repeated.',
    args,
    async run(given) {
      const { file, from, 'dry-run': dryRun = false, json = false } = given
      const skip = wholeNumber('--skip', given.skip) ?? 0
      const source = sourceFile(file, terminal, 'users import')
      const reader: Reader | undefined = from === undefined ? undefined : readers[from]
      const settings = await readSettings(given, terminal)
      const leftOut = new Map<string, number>()
      await importFile(terminal, {
        source,
        shape: reader ?? {},
        skip,
        take: reader ? takeForeign(reader, settings, leftOut) : takeOwn(leftOut),
        run: (work) => together((ask, alone) => work((values) => send(ask, values, dryRun), alone)),
        noun: 'users',
        leftOut,
        words: wordsOf(given),
        dryRun,
        json,
      })
    },
  })

async function send(ask: Ask, users: readonly unknown[], dryRun: boolean) {
  for await (const reply of ask('users.import', { users: [...users], dryRun }))
    if ('item' in reply) return reply.item.items
  return []
}

async function readSettings(given: ParsedArgs<typeof args>, terminal: Terminal): Promise<ReaderSettings> {
  const { from, 'firebase-config': firebase, 'auth0-passwords': auth0 } = given
  if (firebase !== undefined && from !== 'firebase') throw new UsageError('--firebase-config needs --from firebase.')
  if (auth0 !== undefined && from !== 'auth0') throw new UsageError('--auth0-passwords needs --from auth0.')
  return {
    firebaseHash: firebase === undefined ? undefined : readFirebaseConfig(smallFile(firebase)),
    auth0Hashes: auth0 === undefined ? undefined : await readAuth0Hashes(auth0, terminal),
  }
}

/** All hashes in memory, about 300 bytes each: the two files of Auth0 have no common order. */
async function readAuth0Hashes(file: string, terminal: Terminal): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>()
  for await (const read of readRows(sourceFile(file, terminal, 'users import').bytes())) {
    const found = 'value' in read ? readAuth0Hash(valuesOf(read.value)) : undefined
    for (const key of found?.keys ?? []) hashes.set(key, found?.hash ?? '')
  }
  return hashes
}

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const counter = (leftOut: Map<string, number>) => (what: string) => leftOut.set(what, (leftOut.get(what) ?? 0) + 1)

/** Fields of an export of this server that an import does not take: a new account gets its own. */
const NOT_IMPORTED = ['id', 'updatedAt'] as const

function takeOwn(leftOut: Map<string, number>): TakeRow {
  const leave = counter(leftOut)
  return (value) => {
    if (!isObject(value) || !NOT_IMPORTED.some((field) => Object.hasOwn(value, field))) return { value }
    for (const field of NOT_IMPORTED) if (Object.hasOwn(value, field)) leave(field)
    const { id: _, updatedAt: __, ...row } = value
    return { value: row }
  }
}

function takeForeign(reader: Reader, settings: ReaderSettings, leftOut: Map<string, number>): TakeRow {
  const reads = new Set(reader.reads)
  const leave = counter(leftOut)
  return (value) => {
    if (!isObject(value)) return { refused: 'This is not a JSON object.' }
    const { user, left = [] } = reader.take(value, settings)
    for (const what of left) leave(what)
    if (user === undefined) return undefined
    for (const [field, content] of Object.entries(value))
      if (!reads.has(reader.plain?.(field) ?? field) && saysSomething(content)) leave(field.slice(0, MAX_FIELD))
    return { value: user }
  }
}

const MAX_FIELD = 60

/** The words of the same command, without `--skip`. */
const wordsOf = (given: ParsedArgs<typeof args>): string[] => [
  'users',
  'import',
  ...(['from', 'firebase-config', 'auth0-passwords'] as const).flatMap((name) => {
    const value = given[name]
    return value === undefined ? [] : [`--${name}`, value]
  }),
  ...(given['dry-run'] ? ['--dry-run'] : []),
  ...(given.json ? ['--json'] : []),
  given.file,
]
