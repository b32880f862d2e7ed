/** The lines that the pages show beside an action: each is a command, and does what the curl line beside it does. */
import { afterAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'
import type { ArgsDef, CommandDef } from 'citty'
import fc from 'fast-check'
import type { Method } from '../../src/browser/api.ts'
import { apiWords, asCli, asCurl } from '../../src/browser/shell-words.ts'
import { sessionMarks } from '../../src/http/access.ts'
import { apiCommand } from '../../src/operator/cli/api.ts'
import { type CommandGroup, runCommandLine } from '../../src/operator/cli/command.ts'
import { operatorCommands } from '../../src/operator/cli/commands.ts'
import type { Ask } from '../../src/operator/cli/operator.ts'
import { pathFor, type Route, routesOf, validBody } from '../http/support/routes.ts'
import { cleanUp, environment, newFolder, ROOT, startServer } from '../process/support/server.ts'
import { PASSWORD } from '../support/client.ts'
import { naughtyStrings } from '../support/naughty-strings.ts'
import { testWith } from '../support/real-parts.ts'
import { createTestApp } from '../support/test-app.ts'
import { fakeTerminal } from './support/terminal.ts'

afterAll(cleanUp)

const sources = [...new Glob('src/modules/*/browser/**/*.tsx').scanSync(ROOT)].sort()
const text = (file: string) => Bun.file(join(ROOT, file)).text()

/** What the command asks of the API. */
async function askedBy(words: string[]) {
  const asked: unknown[] = []
  const ask: Ask = async function* (_, input) {
    asked.push(input)
    yield { item: { status: 204, headers: [] } } as never // of `api.call`, the one operation that is asked here
  }
  const { terminal, notes } = fakeTerminal({})
  const code = await runCommandLine(
    { meta: { name: 'cli' }, subCommands: { api: apiCommand({ ask, terminal }) } },
    words,
    terminal,
  )
  return { code, asked, notes: notes() }
}

/** The words that sh makes of the lines. */
async function wordsOf(lines: string[]): Promise<string[][]> {
  const script = lines.map((line) => `for word in ${line}; do printf '%s\\0' "$word"; done; printf '\\0'`).join('\n')
  const shell = Bun.spawn(['sh', '-c', `set -f\n${script}`], { stdout: 'pipe' })
  const out = await new Response(shell.stdout).text()
  return out
    .split('\0\0')
    .slice(0, -1)
    .map((words) => words.split('\0'))
}

describe('the call of an action as a command', () => {
  test('asks for the same request, for every route that is not of a person', async () => {
    const t = await createTestApp()
    const routes = (await routesOf(t.app)).filter(
      ({ mark, method }) => !sessionMarks.some((own) => own === mark) && method !== 'HEAD',
    )
    await t.close()
    expect(routes.length).toBeGreaterThan(100)
    for (const route of routes) {
      const sent = callOf(route)
      expect(await askedBy(apiWords(sent)), route.name).toEqual({ code: 0, asked: [sent], notes: expect.any(String) })
    }
  })

  const callOf = (route: Route) => ({
    method: route.method as Method, // no other has a route
    path: pathFor(route),
    ...(route.body && route.method !== 'GET' ? { body: validBody(route.body) } : {}),
  })

  test('keeps every text as it is, through a shell', async () => {
    const hostile = [
      ...[
        "'",
        "'; rm -rf ~; '",
        '$(id)',
        '`id`',
        '$TOKEN',
        '!!',
        '-n',
        '--help',
        '@/etc/passwd',
        '-',
        '',
        '\n',
        'a\nb',
        '"',
        '*',
      ],
      ...naughtyStrings.filter((one) => one.isWellFormed()),
    ]
    const calls = hostile.map((name) => ({
      method: 'PATCH' as const,
      path: `/v1/users/usr_1?q=${encodeURIComponent(name)}`,
      body: { name, [name]: [name] },
    }))
    const words = await wordsOf(calls.map((sent) => asCli(apiWords(sent))))
    expect(words).toHaveLength(calls.length)
    for (const [at, sent] of calls.entries()) {
      const [first, ...rest] = [words[at]?.slice(0, 3), ...(words[at]?.slice(3) ?? [])]
      expect(first).toEqual(['bun', 'run', 'cli'])
      expect((await askedBy(rest as string[])).asked).toEqual([sent])
    }
  })

  test('keeps any value as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (body) => {
        const sent = { method: 'POST' as const, path: '/v1/roles', body: JSON.parse(JSON.stringify(body)) }
        const { asked } = await askedBy(apiWords(sent))
        expect(JSON.stringify(asked)).toBe(JSON.stringify([sent]))
      }),
      { numRuns: 200 },
    )
  })
})

describe('the pages', () => {
  /** `users bulk`, and the options that it takes. */
  const known = new Map<string, readonly string[]>()
  const visit = (path: string[], command: CommandDef | CommandGroup): void => {
    if ('subCommands' in command)
      for (const [name, one] of Object.entries((command as CommandGroup).subCommands)) visit([...path, name], one)
    else known.set(path.join(' '), Object.keys(command.args as ArgsDef))
  }
  for (const [name, one] of Object.entries(operatorCommands({}, fakeTerminal({}).terminal))) visit([name], one)

  test('name commands that there are, with options that these take', async () => {
    const shown: string[] = []
    for (const file of sources) {
      const source = await text(file)
      for (const [, group, name] of source.matchAll(/\[\s*'([a-z-]+)',\s*'([a-z-]+)'(?=[,\]])/g))
        if (known.has(`${group} ${name}`)) shown.push(`${group} ${name}`)
      const begins = [
        ...source.matchAll(/cli=\{(?:[\s\S]{0,120}?)\[\s*(?:\.\.\.\[)?'([a-z-]+)',\s*('[a-z-]+'|[^,\]]+)/g),
      ]
      for (const [, group = '', second = ''] of begins) {
        const name = /^'(.+)'$/.exec(second)?.[1]
        const names =
          name === undefined ? [...known.keys()].filter((one) => one.startsWith(`${group} `)) : [`${group} ${name}`]
        expect(names.filter((one) => known.has(one)).length, `${file}: cli ${group} ${name ?? ''}`).toBeGreaterThan(0)
      }
      for (const [, option = ''] of source.includes('cli=') ? source.matchAll(/['`]--([a-z-]+)(?==|'|`)/g) : [])
        expect(
          [...known.values()].some((options) => options.includes(option)),
          `${file}: --${option}`,
        ).toBe(true)
    }
    expect(new Set(shown).size).toBeGreaterThan(12)
  })

  test('say that there is no command only where a person acts on the own account', async () => {
    const without: string[] = []
    for (const file of sources) if (/\bcli=\{[^}]*\bnull\b/.test(await text(file))) without.push(file)
    expect(without).toEqual([
      'src/modules/console/browser/sections/api-keys/new-key.tsx',
      'src/modules/console/browser/sections/organisations/end-of-organisation.tsx',
      'src/modules/console/browser/sections/users/impersonate.tsx',
    ])
  })

  test('show a named command where the route asks for a person', async () => {
    const t = await createTestApp()
    const own = (await routesOf(t.app)).filter(({ mark }) => sessionMarks.some((one) => one === mark))
    await t.close()
    const isOf = (method: string, path: string) => (route: Route) =>
      route.method === method && new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`).test(path)
    const found = new Set<string>()
    for (const file of sources.filter((one) => /\/(?:console|setup)\//.test(one)))
      for (const [, method = '', path = ''] of (await text(file)).matchAll(
        /method: '(\w+)',\s*path: ['`](\/[^'`?]*)/g,
      )) {
        const route = own.find(isOf(method, path.replace(/\$\{[^}]*\}/g, 'x')))
        if (route !== undefined) found.add(`${route.name} in ${file.split('/').slice(-2).join('/')}`)
      }
    expect([...found].sort()).toEqual([
      'POST /v1/orgs in browser/organisation.tsx',
      'POST /v1/orgs in organisations/list.tsx',
      'POST /v1/orgs/:id/leave in organisations/end-of-organisation.tsx',
    ])
  })
})

testWith(Bun.which('curl') !== null && Bun.which('sh') !== null, 'curl')(
  'a command does what its curl line does, on a running server and as it is pasted',
  async () => {
    const env = environment(newFolder())
    const server = await startServer(env)
    const post = async (path: string, body: unknown, token?: string) => {
      const answer = await fetch(server.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify(body),
      })
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    }
    const setup = await runLine('bun run cli setup-token', env)
    const admin = { token: setup.stdout.trim(), email: 'admin@example.com', password: PASSWORD, name: 'Admin' }
    const { accessToken } = (await post('/v1/setup', admin)).body
    const NAME = `It's "x" $(id) \`id\` -n\n${'é'}`
    const withToken = { ...env, TOKEN: String(accessToken) }
    const bodies = (at: string): [Method, string, unknown, (made: Record<string, unknown>) => unknown][] => [
      ['POST', '/v1/roles', { name: `role-${at}`, permissions: ['users:read'] }, ({ permissions }) => permissions],
      [
        'POST',
        '/v1/policies',
        { name: NAME + at, effect: 'deny', permissions: ['orgs:read'], condition: 'false' },
        ({ name, condition }) => [String(name).slice(0, -1), condition],
      ],
      ['POST', '/v1/service-accounts', { name: NAME, roles: [] }, ({ name }) => name],
    ]
    const ways = [
      { at: 'a', line: asCurl.bind(null, server.url) },
      { at: 'b', line: (sent: Parameters<typeof apiWords>[0]) => asCli(apiWords(sent)) },
    ]
    const answers = await Promise.all(
      ways.map(async ({ at, line }) => {
        const seen: unknown[] = []
        for (const [method, path, body, of] of bodies(at)) {
          const { stdout } = await runLine(line({ method, path, body }), withToken)
          seen.push(of(JSON.parse(stdout)))
        }
        return seen
      }),
    )
    expect(answers[0]).toEqual([['users:read'], [NAME, 'false'], NAME])
    expect(answers[1]).toEqual(answers[0])
    const listed = await runLine(asCli(apiWords({ method: 'GET', path: '/v1/roles' })), env)
    expect(listed.stdout).toContain('"role-a"')
    expect(listed.stdout).toContain('"role-b"')
    const refused = await runLine(asCli(apiWords({ method: 'DELETE', path: '/v1/roles/admin' })), env)
    expect(refused.code).toBe(1)
    expect(await server.stop()).toBe(0)
    // Without the server the command opens the database itself.
    const gone = await runLine(asCli(apiWords({ method: 'DELETE', path: '/v1/roles/role-a' })), env)
    expect({ code: gone.code, stdout: gone.stdout }).toEqual({ code: 0, stdout: '' })
    expect((await runLine(asCli(apiWords({ method: 'GET', path: '/v1/roles' })), env)).stdout).not.toContain('"role-a"')
  },
)

/** Pastes the line into sh, in the folder of the release. */
async function runLine(line: string, env: Record<string, string | undefined>) {
  const shell = Bun.spawn(['sh', '-c', line], { cwd: ROOT, env, stdout: 'pipe', stderr: 'pipe', stdin: 'ignore' })
  const [stdout, stderr] = await Promise.all([new Response(shell.stdout).text(), new Response(shell.stderr).text()])
  return { code: await shell.exited, stdout, stderr }
}
