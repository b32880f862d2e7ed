/** What can be said of an image without a container engine: the files are read, and the stages' commands are run. */
import { afterAll, describe, expect, test } from 'bun:test'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DockerfileParser } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { scripts, version } from '../../package.json'
import { Environment } from '../../src/config.ts'
import { cleanUp, newFolder, ROOT, run } from '../process/support/server.ts'

afterAll(cleanUp)

const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
const dockerfile = DockerfileParser.parse(text)
const stages = dockerfile.getFROMs()
const lines = dockerfile
  .getInstructions()
  .map((instruction) => ({ keyword: instruction.getKeyword(), line: instruction.getArgumentsContent() ?? '' }))
const all = (keyword: string) => lines.filter((line) => line.keyword === keyword).map(({ line }) => line)
/** The last stage is the image. */
const final = lines.slice(lines.findLastIndex(({ keyword }) => keyword === 'FROM'))
const inFinal = (keyword: string) => final.filter((line) => line.keyword === keyword).map(({ line }) => line)
const env = Object.fromEntries(
  inFinal('ENV')
    .flatMap((line) => line.split(' '))
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
)

describe('the Dockerfile', () => {
  test('passes the linter, which finds the faults of a bad file', () => {
    expect(validate(text).map(({ message }) => message)).toEqual([])
    expect(validate('FROM a\nMAINTAINER b\nCMD c\nCMD d\n').length).toBeGreaterThan(1)
  })

  test('starts from images of a stated version, and builds with the Bun that CI runs', () => {
    const names = new Set(stages.map((stage) => stage.getBuildStage()))
    const bases = stages.map((stage) => stage.getImage() ?? '').filter((image) => !names.has(image))
    expect(bases).toEqual([`oven/bun:${Bun.version}-slim`, 'gcr.io/distroless/cc-debian12:nonroot'])
    expect(readFileSync(join(ROOT, '.ci/run'), 'utf8')).toContain(`BUN_VERSION=${Bun.version}\n`)
    expect(text).not.toMatch(/:latest|^ADD |\bcurl\b.*http|\bwget\b/m)
  })

  test('installs from the lock file, and builds by a script of package.json', () => {
    const commands = all('RUN')
    expect(commands[0]).toStartWith('bun install --frozen-lockfile')
    const called = commands.map((command) => /^bun run (\S+)$/.exec(command)?.[1]).filter((script) => script)
    expect(called).toEqual(['build'])
    for (const script of called) expect(Object.keys(scripts)).toContain(script ?? '')
  })

  test('makes an image of one file that runs as an unprivileged user, with a health check that needs no shell', () => {
    expect(inFinal('RUN')).toEqual([])
    expect(inFinal('COPY').map((line) => line.split(' ').at(-1))).toEqual(['/threeger', '/data'])
    expect(inFinal('USER')).toEqual(['65532:65532'])
    expect(text).toContain('COPY --from=build --chown=65532:65532 /image/data /data\n')
    expect(inFinal('ENTRYPOINT')).toEqual(['["/threeger"]'])
    expect(inFinal('HEALTHCHECK')[0]).toEndWith('CMD ["/threeger", "healthcheck"]')
    expect(inFinal('STOPSIGNAL')).toEqual(['SIGTERM'])
    expect(inFinal('EXPOSE')).toEqual([env.PORT ?? ''])
    expect(inFinal('VOLUME')).toEqual(['/data'])
    expect(env.DATABASE_URL).toStartWith('file:/data/')
  })

  test('sets variables that exist, says its version, and carries no secret', () => {
    expect(Object.keys(Environment.properties)).toContainValues(Object.keys(env))
    expect(inFinal('LABEL')[0]).toContain(`org.opencontainers.image.version="${version}"`)
    expect(text).not.toMatch(/SECRET|TOKEN|PASSWORD/)
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')
    expect(ignored.find((line) => !line.startsWith('#'))).toBe('*')
    expect(ignored.slice(-3)).toEqual(['**/node_modules', '**/.env*', ''])
  })
})

test('the commands of the stages build the binary from what .dockerignore lets in', async () => {
  const folder = newFolder()
  const letIn = [...readFileSync(join(ROOT, '.dockerignore'), 'utf8').matchAll(/^!(.+)$/gm)].map(
    (match) => match[1] ?? '',
  )
  const filter = (path: string) => !/\/(?:node_modules|\.env[^/]*)$/.test(path)
  for (const path of letIn) cpSync(join(ROOT, path), join(folder, path), { recursive: true, filter })
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME }
  for (const command of all('RUN').filter((line) => line.startsWith('bun '))) {
    const { code, stderr } = await run(command.split(' ').slice(1), environment, { cwd: folder })
    expect([command, code, stderr]).toEqual([command, 0, expect.any(String)])
  }
  const program = join(folder, 'dist/threeger')
  expect(await run(['--version'], {}, { cwd: folder, program })).toMatchObject({ code: 0, stdout: `${version}\n` })
  const users = await run(['cli', 'users', 'list'], { DATABASE_URL: 'file:image.db' }, { cwd: folder, program })
  expect(users).toEqual({ code: 0, stdout: '', stderr: '' })
}, 300_000)
