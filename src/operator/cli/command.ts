/** Commands on citty, with stricter parsing. Only this file turns a failure into text and an exit code. */
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { type ArgsDef, type CommandDef, type ParsedArgs, renderUsage, runCommand } from 'citty'
import { type Failure, failureLines, OperatorError, toOwnFailure } from '../failure.ts'
import type { Ask } from './operator.ts'
import { INTERRUPTED, printable, type Terminal } from './terminal.ts'

/** The context of a command: how it runs operations, and where it prints. */
export interface CommandContext {
  ask: Ask
  terminal: Terminal
}

/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {}

/** Ctrl-C ended the command, and the failure says what was done: exit code 130. */
export class Interrupted extends OperatorError {}

/** The API refused a request. The paths of its faults are those of the body, and no options of the command. */
export class Refused extends OperatorError {}

export const fileArgument = {
  file: { type: 'positional', valueHint: 'FILE', required: true, description: 'A file, or - for standard input.' },
} as const

export const jsonOption = { json: { type: 'boolean', description: 'JSON for machines, one object a line.' } } as const

/** A command that refuses unknown options, repeated options and extra words. citty ignores them. */
export function command<const Args extends ArgsDef>({
  name,
  description,
  args,
  many = false,
  run,
}: {
  name: string
  description: string
  args: Args
  /** Whether words may follow the last one that `args` names. They are in `args._`. */
  many?: boolean
  run: (args: ParsedArgs<Args>) => Promise<void>
}): CommandDef {
  const definition: CommandDef<Args> = {
    meta: { name, description },
    args,
    setup: ({ rawArgs }) => assertUnderstood(rawArgs, args, many),
    run: (context) => run(context.args),
  }
  return definition as unknown as CommandDef // a group has commands with different arguments, and citty parses each with its own definition
}

function assertUnderstood(rawArgs: string[], definitions: ArgsDef, many: boolean): void {
  const named = Object.entries(definitions).filter(([, { type }]) => type !== 'positional')
  const options = Object.fromEntries(
    named.map(([name, { type }]) => [name, { type: type === 'boolean' ? 'boolean' : 'string' } as const]),
  )
  const { tokens } = parseArgs({ args: rawArgs, options, strict: false, allowPositionals: true, tokens: true })
  const seen = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = options[token.name]
    if (!option) throw new UsageError(`There is no option ${token.rawName}.`)
    if (seen.has(token.name)) throw new UsageError(`${token.rawName} is given twice.`)
    if (option.type === 'string' && !token.value) throw new UsageError(`${token.rawName} needs a value.`)
    if (option.type === 'boolean' && token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`)
    seen.add(token.name)
  }
  const words = tokens.filter(({ kind }) => kind === 'positional')
  const extra = words[Object.keys(definitions).length - named.length]
  if (!many && extra?.kind === 'positional') throw new UsageError(`"${printable(extra.value)}" is an extra word.`)
}

/** The number behind an option. Throws `UsageError`. */
export function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`${option} needs a whole number above 0.`)
  return Number(text)
}

/**
 * Runs the command line. Returns the exit code: 0 done, 1 failed, 2 wrong command or option, 130 interrupted. `--version`
 * alone prints `version`.
 */
export async function runCommandLine(
  main: CommandDef | CommandGroup,
  rawArgs: string[],
  terminal: Terminal,
  version?: string,
): Promise<number> {
  if (rawArgs.some((argument) => argument === '--help' || argument === '-h')) {
    const usage = await usageOf(main, rawArgs)
    terminal.out(terminal.outIsTerminal ? usage : stripVTControlCharacters(usage))
    return 0
  }
  if (rawArgs.length === 1 && rawArgs[0] === '--version' && version !== undefined) {
    terminal.out(version)
    return 0
  }
  try {
    await runCommand(main, { rawArgs })
    return 0
  } catch (error) {
    // citty does not export its CLIError.
    const misunderstood = error instanceof UsageError || (error instanceof Error && error.name === 'CLIError')
    const failure = misunderstood ? usageFailure(stripVTControlCharacters(error.message)) : toOwnFailure(error)
    if (rawArgs.includes('--json')) terminal.note(JSON.stringify(failure))
    else {
      const told = error instanceof Refused ? failure : inArguments(failure, rawArgs)
      for (const sentence of failureLines(told)) terminal.note(printable(sentence))
    }
    return misunderstood ? 2 : error instanceof Interrupted ? INTERRUPTED : 1
  }
}

/**
 * Invalid input as an operator typed it: `--email nope` instead of the JSON Pointer `/email`. A value that was not given as
 * an option, such as a password from standard input, is not repeated.
 */
function inArguments(failure: Failure, rawArgs: readonly string[]): Failure {
  if (failure.code !== 'request.invalid' || !failure.errors) return failure
  const errors = failure.errors.map(({ path, message }) => {
    const name = path.split('/')[1] ?? ''
    const at = rawArgs.findIndex((argument) => argument === `--${name}` || argument.startsWith(`--${name}=`))
    if (name === '' || at < 0) return { path: name || 'input', message }
    const typed = rawArgs[at]?.includes('=') ? rawArgs[at] : `--${name} ${rawArgs[at + 1] ?? ''}`
    return { path: typed.slice(0, MAX_REPEATED), message }
  })
  return { ...failure, title: 'A value is not valid.', errors, remedy: 'Correct the value and run the command again.' }
}

const MAX_REPEATED = 200

/** Commands in groups, at most two words deep: `users create`. */
export interface CommandGroup extends CommandDef {
  subCommands: Record<string, CommandDef | CommandGroup>
}

/** The usage of the deepest command or group that the words name. */
async function usageOf(main: CommandDef | CommandGroup, rawArgs: string[]): Promise<string> {
  let [found, parent]: [CommandDef | CommandGroup, CommandDef | undefined] = [main, undefined]
  for (const word of rawArgs) {
    const next = 'subCommands' in found ? (found as CommandGroup).subCommands[word] : undefined
    if (!next) break
    ;[found, parent] = [next, found]
  }
  // The name of a group already has its parent; a command needs the name of its group.
  return renderUsage(found, 'subCommands' in found ? undefined : parent)
}

const usageFailure = (title: string): Failure => ({
  code: 'usage.invalid',
  title,
  remedy: 'Run the command with --help to see its arguments and options.',
})
