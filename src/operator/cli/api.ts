/** Any route of the API: what the pages show beside their curl call. docs/operations.md */
import { catalogue, type ErrorCode } from '../../errors.ts'
import { isRecord } from '../../lib/is-record.ts'
import { apiMethods, faultOfPath } from '../api-operation.ts'
import type { Failure } from '../failure.ts'
import type { Operations } from '../operations.ts'
import { type CommandContext, command, Refused, UsageError } from './command.ts'
import { sourceFile } from './import/file.ts'
import { printable, type Terminal } from './terminal.ts'

/** As much as the API takes. */
const MAX_BYTES = 1_048_576

export const apiCommand = (context: CommandContext) =>
  command({
    name: 'api',
    description:
      'Call a route of the API as the operator of this machine, without a token: api PATCH /v1/roles/accountant --data @role.json. Prints the answer; 1 is the exit code for a status from 400 on.',
    args: {
      method: { type: 'positional', required: true, description: `${apiMethods.join(', ')}.` },
      path: { type: 'positional', required: true, description: 'With its query: "/v1/users?limit=20".' },
      ...bodyOption,
      'if-match': { type: 'string', valueHint: 'ETAG', description: 'Change this version only.' },
      'idempotency-key': { type: 'string', valueHint: 'KEY', description: 'A repeat with this key takes effect once.' },
      include: { type: 'boolean', description: 'Print the status and the headers first.' },
    },
    async run({ method: given, path, data, 'if-match': ifMatch, 'idempotency-key': idempotencyKey, include }) {
      const method = apiMethods.find((known) => known === given.toUpperCase())
      if (method === undefined) throw new UsageError(`The method is one of ${apiMethods.join(', ')}.`)
      if (method === 'GET' && data !== undefined)
        throw new UsageError('GET takes no --data. Write the query into the path.')
      const fault = faultOfPath(path)
      if (fault !== undefined) throw new UsageError(`${fault.title}\n${fault.remedy}`)
      const call = {
        method,
        path,
        ...(await bodyOf(data, context.terminal)),
        ...(ifMatch === undefined ? {} : { ifMatch }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      }
      await callApi(context, call, include)
    },
  })

export const bodyOption = {
  data: {
    type: 'string',
    valueHint: 'JSON|@FILE|-',
    description: 'The body: JSON, a file, or - for standard input. Put secrets into one of the last two.',
  },
} as const

/** The body in `--data`. Throws `UsageError`. */
export async function bodyOf(data: string | undefined, terminal: Terminal): Promise<{ body?: unknown }> {
  if (data === undefined) return {}
  const isInline = data !== '-' && !data.startsWith('@')
  const text = isInline ? data : await readText(data.replace(/^@/, ''), terminal)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    // Not what is wrong with it: that would repeat a part of it.
    throw new UsageError('--data is not JSON. It takes JSON, @FILE, or - for standard input.')
  }
  if (isInline && holdsSecret(body))
    terminal.note(
      'Other users of this machine can see --data in the list of processes, and the shell keeps it. Put secrets into a file (--data @FILE) or standard input (--data -).',
    )
  return { body }
}

async function readText(file: string, terminal: Terminal): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of sourceFile(file, terminal, 'api METHOD PATH --data').bytes()) {
    size += chunk.byteLength
    if (size > MAX_BYTES) throw new UsageError(`--data takes ${MAX_BYTES} bytes at most.`)
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

const SECRET = /password|secret|token|^code$/i

const holdsSecret = (value: unknown): boolean =>
  isRecord(value) &&
  Object.entries(value).some(([name, part]) => (SECRET.test(name) && typeof part === 'string') || holdsSecret(part))

/**
 * Sends the request and prints the answer: JSON in lines on a terminal, and as it came elsewhere. Throws `Refused` for a status from
 * 400 on, after its answer was printed.
 */
export async function callApi(
  { ask, terminal }: CommandContext,
  call: Operations['api.call']['input'],
  include = false,
): Promise<void> {
  // A name in an answer must not control a terminal.
  const print = (line: string) => terminal.out(terminal.outIsTerminal ? printable(line) : line)
  let [status, type, rest] = [0, '', '']
  const headerOf = (headers: readonly (readonly [string, string])[], wanted: string) =>
    headers.find(([name]) => name === wanted)?.[1]
  const isPretty = () => terminal.outIsTerminal && /json\b/.test(type)
  for await (const reply of ask('api.call', call)) {
    if (!('item' in reply)) continue
    const { item } = reply
    if ('status' in item) {
      status = item.status
      type = headerOf(item.headers, 'content-type') ?? ''
      const location = status >= 300 && status < 400 ? headerOf(item.headers, 'location') : undefined
      if (location !== undefined) terminal.note(printable(`The answer leads to ${location}`))
      if (include)
        for (const line of [`HTTP ${status}`, ...item.headers.map((pair) => pair.join(': ')), '']) print(line)
      continue
    }
    rest += item.text
    if (isPretty() || status >= 400) continue
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) print(line)
    await terminal.ready()
  }
  if (rest !== '') for (const line of (isPretty() ? indented(rest) : rest).split('\n')) print(line)
  if (status >= 400) throw new Refused(refusalOf(status, rest))
}

/** Prints each item of a list, one JSON object a line, page after page. Throws `Refused`. */
export async function eachItem({ ask, terminal }: CommandContext, path: string): Promise<void> {
  const url = new URL(path, 'http://operator.local')
  let cursor: unknown
  do {
    let [status, text] = [0, '']
    for await (const reply of ask('api.call', { method: 'GET', path: url.pathname + url.search })) {
      if (!('item' in reply)) continue
      if ('status' in reply.item) status = reply.item.status
      else text += reply.item.text
    }
    if (status >= 400) throw new Refused(refusalOf(status, text))
    const { items, nextCursor } = JSON.parse(text) as { items: unknown[]; nextCursor?: string | null } // every list has them
    for (const item of items)
      terminal.out(terminal.outIsTerminal ? printable(JSON.stringify(item)) : JSON.stringify(item))
    await terminal.ready()
    cursor = nextCursor
    if (typeof cursor === 'string') url.searchParams.set('cursor', cursor)
  } while (typeof cursor === 'string')
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json // several objects, one in each line
  }
}

function refusalOf(status: number, text: string): Failure {
  const problem = readProblem(text)
  const { code = 'request.refused', title = `The API refused the request with the status ${status}.` } = problem
  const known = Object.hasOwn(catalogue, code) ? catalogue[code as ErrorCode].remedy : ''
  // The operator has every permission and no token, so what a program does about these helps nobody here.
  const remedy = status === 401 || code === 'auth.forbidden' ? ONLY_TOKENS : known
  return { ...problem, code, title, remedy }
}

const ONLY_TOKENS =
  'The operator has every permission, but no account, no token and no streams. Call this route over HTTP, with a token or an API key.'

/** What a problem document says (RFC 9457); of AuthZEN and of OAuth nothing. */
function readProblem(text: string): Partial<Failure> {
  try {
    const { code, title, detail, errors } = JSON.parse(text) as Partial<Failure> // our own problem document
    return typeof code === 'string' && title !== undefined
      ? { code, title, ...(detail === undefined ? {} : { detail }), ...(errors === undefined ? {} : { errors }) }
      : {}
  } catch {
    return {}
  }
}
