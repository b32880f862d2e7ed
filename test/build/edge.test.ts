/** What `bun run build:edge` makes: how much it weighs, and that it needs nothing that is not there. */
import { beforeAll, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Glob } from 'bun'
import type { Metafile } from 'esbuild'
import { createApp } from '../../src/app.ts'
import { type EdgeTarget, edgeTargets } from '../../src/build/edge.ts'
import { heaviest, weigh } from '../../src/build/edge-weights.ts'
import { ENVIRONMENT, unaskedDeps } from '../../src/build/unasked-deps.ts'
import type { Feature } from '../../src/core/feature.ts'
import type { Deps } from '../../src/deps.ts'
import * as features from '../../src/features.ts'
import { ROOT } from '../process/support/server.ts'
import { environment } from '../runtime/servers/runtime-server.ts'
import { edgeBuild } from '../support/edge-build.ts'

/** What a start loads. What is loaded later has no limit: docs/edge.md lists it. */
const MAX_FIRST_GZIP_BYTES = 250 * 1000

let folder: string
let metafiles: Record<EdgeTarget, Metafile>
beforeAll(async () => {
  ;({ folder, metafiles } = await edgeBuild())
}, 300_000)

test('what a start loads of a bundle weighs at most 250 KB, compressed', () => {
  for (const target of edgeTargets) {
    const { first, later } = weigh(metafiles[target], ROOT)
    expect(first, target).toBeLessThanOrEqual(MAX_FIRST_GZIP_BYTES)
    expect(later.length, target).toBeGreaterThan(20)
  }
})

test('docs/edge.md lists every part of the Worker that is loaded later', () => {
  const text = readFileSync(join(ROOT, 'docs/edge.md'), 'utf8')
  const listed = [...text.matchAll(/^\| `([^`]+)` \| [\d.]+ \| [\d.]+ \|$/gm)].map((match) => match[1])
  // Written by `bun run build:edge --docs`.
  expect(listed).toEqual(weigh(metafiles.cloudflare, ROOT).later.map(({ part }) => part))
})

test('every feature with routes is a part of its own, and so is what is generated for it', () => {
  const parts = weigh(metafiles.cloudflare, ROOT).later.map(({ part }) => part)
  const loaded = Object.values(metafiles.cloudflare.outputs).flatMap(({ entryPoint = [] }) => entryPoint)
  for (const { name, paths } of Object.values<Feature>(features)) {
    if (paths === undefined) continue
    expect(loaded).toContain(`generated:of-${name}`)
    expect(
      parts.some((part) => part.startsWith(`src/modules/${name}/`)),
      name,
    ).toBeTrue()
  }
})

const externals = (target: EdgeTarget): string[] => [
  ...new Set(
    Object.values(metafiles[target].outputs)
      .flatMap(({ imports }) => imports)
      .filter(({ external }) => external)
      .map(({ path }) => path),
  ),
]

test('the Worker asks its platform for bindings and AsyncLocalStorage alone', () => {
  expect(externals('cloudflare').sort()).toEqual(['cloudflare:workers', 'node:async_hooks'])
})

test('the other bundles bring every package with them', () => {
  for (const target of edgeTargets.filter((name) => name !== 'cloudflare'))
    expect(
      externals(target).filter((path) => !path.startsWith('node:')),
      target,
    ).toEqual([])
})

test('no bundle carries the embedded database, and what weighs most is named by package', () => {
  for (const target of edgeTargets) {
    const inputs = Object.keys(metafiles[target].inputs)
    expect(
      inputs.filter((path) => /node_modules\/libsql\/|db\/embedded/.test(path)),
      target,
    ).toEqual([])
  }
  expect(heaviest(metafiles.cloudflare).map(({ part }) => part)).toContain('elysia')
})

test('messages are parsed when a bundle is built: none carries the parser', () => {
  for (const target of edgeTargets) {
    const inputs = Object.keys(metafiles[target].inputs)
    expect(
      inputs.filter((path) => /formatjs\/icu-/.test(path)),
      target,
    ).toEqual(['node_modules/@formatjs/icu-messageformat-parser/no-parser.js'])
    const texts = Object.keys(metafiles[target].outputs)
      .map((file) => readFileSync(join(ROOT, file), 'utf8'))
      .join('')
    for (const text of ['Confirm your e-mail address', 'Confirme seu endere']) expect(texts, target).toContain(text)
    expect(texts, target).not.toContain(', plural, ')
  }
})

test('wrangler.jsonc names files that are there', () => {
  const text = readFileSync(join(folder, 'wrangler.jsonc'), 'utf8').replace(/^\s*\/\/.*$/gm, '')
  const { main, assets, no_bundle, rules } = JSON.parse(text)
  expect(no_bundle).toBeTrue()
  expect(existsSync(join(folder, main))).toBeTrue()
  // All files of the Worker, without the other bundles and the assets.
  const named = rules.flatMap(({ globs }: { globs: string[] }) =>
    globs.flatMap((glob) => [...new Glob(glob).scanSync(folder)]),
  )
  const made = Object.keys(metafiles.cloudflare.outputs).map((file) => relative(folder, join(ROOT, file)))
  expect([main, ...named].sort()).toEqual(made.sort())
  expect(existsSync(join(folder, 'argon2.wasm'))).toBeTrue()
  for (const file of ['docs/site.json', 'docs/main.js', 'docs/pages/tokens.json', 'docs/llms.txt'])
    expect([file, existsSync(join(folder, assets.directory, file))]).toEqual([file, true])
})

test('the prebuilt OpenAPI document is what the app answers otherwise, and asking for it loads no other feature', async () => {
  const origin = 'https://login.example.org:8443'
  const deps = unaskedDeps({ ...ENVIRONMENT, APP_URL: origin })
  const file = async () => Bun.file(join(folder, 'assets/openapi.json'))
  const answered = async (prebuiltOpenApi: Deps['prebuiltOpenApi'], all?: readonly Feature[]) => {
    const app = createApp({ ...deps, prebuiltOpenApi }, all && { features: all })
    const response = await app.handle(new Request(`${origin}/openapi.json`))
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() }
  }
  const loaded: string[] = []
  const watched = Object.values<Feature>(features).map((feature): Feature => {
    const { name, routes } = feature
    if (routes === undefined) return feature
    return {
      ...feature,
      routes: () => {
        loaded.push(name)
        return routes()
      },
    }
  })
  const withoutId = ({
    headers: { 'x-request-id': _, ...headers },
    ...rest
  }: Awaited<ReturnType<typeof answered>>) => ({
    ...rest,
    headers,
  })
  const prebuilt = await answered(file, watched)
  expect(loaded).toEqual(['docs'])
  expect(withoutId(prebuilt)).toEqual(withoutId(await answered(undefined)))
  expect(withoutId(prebuilt)).toEqual(withoutId(await answered(async () => undefined)))
  expect(JSON.parse(prebuilt.text).servers).toEqual([{ url: origin }])
  expect(existsSync(join(folder, 'vercel/api/assets/openapi.json'))).toBeTrue()
})

test('the function for Vercel answers web requests, with its assets beside it', async () => {
  const env = environment({ databaseUrl: 'http://127.0.0.1:9', env: { LOG_LEVEL: 'error' } })
  const before = { ...process.env }
  Object.assign(process.env, env)
  const { default: vercel }: { default: { fetch(request: Request): Promise<Response> } } = await import(
    join(folder, 'vercel/api/index.js')
  )
  for (const name of Object.keys(env)) delete process.env[name]
  Object.assign(process.env, before)

  const ask = (path: string) => vercel.fetch(new Request(`https://id.example.com${path}`))
  expect(await (await ask('/livez')).json()).toEqual({ status: 'ok' })
  expect((await ask('/docs/assets/main.css')).headers.get('content-type')).toBe('text/css; charset=utf-8')
  expect(await (await ask('/docs/tokens')).text()).toContain(`ISSUER=${env.APP_URL}`)
  expect((await ask('/v1/me')).status).toBe(401)
  expect(existsSync(join(folder, 'vercel/vercel.json'))).toBeTrue()
})
