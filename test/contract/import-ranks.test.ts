/** The house rules that can be read off the imports (CONTRIBUTING.md, "House rules"). */
import { describe, expect, test } from 'bun:test'
import { dirname, join, relative } from 'node:path'
import { Glob } from 'bun'
import type { Feature } from '../../src/core/feature.ts'

const ROOT = join(import.meta.dir, '../..')

interface Source {
  /** Path from the root of the repository. */
  file: string
  /** What the file imports of ours, as paths from the root; types included. */
  imports: string[]
  /** Packages and built-ins it loads when it runs: no types. */
  packages: string[]
  /** Ours that it loads when it runs, at once or later: no types. */
  values: string[]
  /** Those of them that it loads at once. */
  eager: string[]
  /** The code without comments and types. */
  code: string
}

const transpilers = { ts: new Bun.Transpiler({ loader: 'ts' }), tsx: new Bun.Transpiler({ loader: 'tsx' }) }
const files = [...new Glob('{src,db}/**/*.{ts,tsx}').scanSync(ROOT)].sort()
const sources: Source[] = await Promise.all(
  files.map(async (file) => {
    const text = await Bun.file(join(ROOT, file)).text()
    const own = (path: string) => relative(ROOT, join(ROOT, dirname(file), path))
    const transpiler = transpilers[file.endsWith('.tsx') ? 'tsx' : 'ts']
    const scanned = transpiler.scanImports(text)
    const loaded = scanned.map(({ path }) => path)
    const atOnce = scanned.filter(({ kind }) => kind !== 'dynamic-import').map(({ path }) => path)
    const written = [...text.matchAll(/^\s*(?:import|export)\s[^'";]*?\sfrom\s+'([^']+)'|\bimport\('([^']+)'\)/gm)].map(
      (match) => match[1] ?? match[2] ?? '',
    )
    return {
      file,
      imports: [...new Set([...loaded, ...written])].filter((path) => path.startsWith('.')).map(own),
      packages: loaded.filter((path) => !path.startsWith('.')),
      values: loaded.filter((path) => path.startsWith('.')).map(own),
      eager: atOnce.filter((path) => path.startsWith('.')).map(own),
      code: transpiler.transformSync(text),
    }
  }),
)

type Kind =
  | 'entry'
  | 'platform'
  | 'app'
  | 'operator'
  | 'routes'
  | 'http'
  | 'service'
  | 'queries'
  | 'tables'
  | 'schema'
  | 'feature'
  | 'browser'
  | 'lib'
  | 'anyone'
  | 'database'

/** An import goes down, or stays on its level. */
const RANK: Record<Exclude<Kind, 'anyone' | 'database'>, number> = {
  entry: 100,
  platform: 90,
  operator: 85,
  app: 80,
  routes: 70,
  http: 60,
  service: 50,
  queries: 40,
  tables: 30,
  schema: 20,
  browser: 22,
  feature: 15,
  lib: 10,
}

const ANYONE = [
  'src/core/permissions.ts',
  'src/core/limits/model.ts',
  'src/deps.ts',
  'src/errors.ts',
  'src/config.ts',
  'src/environment.ts',
  'src/declared.ts',
]
const DECLARATIONS = /^src\/(?:features|core\/foundation|core\/feature)\.ts$|\/feature\.ts$/
const ENTRIES = /^src\/(?:entries|build|operator\/cli)\/|^db\/(?:seed|generate|migrate-now)\.ts$/

/** Programs that run in the browser, and what they share. */
const isBrowser = (file: string): boolean => /^src\/(?:browser|modules\/[^/]+\/browser)\//.test(file)

function kindOf(file: string): Kind {
  if (ENTRIES.test(file)) return 'entry'
  if (ANYONE.includes(file)) return 'anyone'
  if (DECLARATIONS.test(file)) return 'feature'
  if (file === 'src/app.ts') return 'app'
  if (isBrowser(file)) return 'browser'
  if (file === 'src/jobs.ts') return 'service'
  if (file.startsWith('src/platform/') || /^src\/operator\/.*\.bun\.ts$/.test(file)) return 'platform'
  if (file.startsWith('src/operator/')) return 'operator'
  if (file.startsWith('src/http/')) return 'http'
  if (/^src\/(?:lib|config)\//.test(file)) return 'lib'
  if (file.startsWith('db/tables/') || file === 'db/database.ts' || file === 'db/statements.ts') return 'tables'
  if (file.startsWith('db/')) return 'database'
  if (/^src\/modules\/[^/]+\/.*routes\.ts$/.test(file)) return 'routes'
  if (/^src\/(?:modules|core)\/[^/]+\/(?:.*-)?queries\.ts$/.test(file)) return 'queries'
  if (/^src\/(?:modules|core)\/[^/]+\/(?:.*-)?schema\.ts$/.test(file)) return 'schema'
  if (file.startsWith('src/modules/') || file.startsWith('src/core/')) return isPure(file) ? 'lib' : 'service'
  throw new Error(`${file}: no kind of file is known for this place; say in import-ranks.test.ts what it may import`)
}

/**
 * A file of a feature that builds on `lib` alone, or on neighbours that do, is as low as `lib`: its queries may use it. A
 * queries file or a schema has its own kind.
 */
const isPure = (file: string): boolean =>
  sources
    .find((source) => source.file === file)
    ?.imports.every((to) => to.startsWith('src/lib/') || (dirname(to) === dirname(file) && isPure(to))) === true

/**
 * A module imports modules further up in this list, and its neighbours on one line where they are one subject. A feature that is
 * not in the list imports any that is, and no other feature imports it: a new one needs no line here.
 */
const MODULES: readonly (readonly string[])[] = [
  ['core/events'],
  ['core/authz'],
  [
    'core/limits',
    'core/paging',
    'core/conditions',
    'core/retention',
    'core/feed',
    'core/cache',
    'core/metrics',
    'core/revocations',
    'core/hooks',
    'core/rotation',
  ],
  ['core/idempotency', 'core/rooms'],
  ['jobs'],
  ['erasure'],
  ['mail'],
  ['actions'],
  ['signing-keys'],
  ['users', 'sessions'],
  ['members', 'orgs'],
  ['domains'],
  ['active-org'],
  ['refresh'],
  ['proofs'],
  ['mfa', 'passkeys', 'passwords'],
  ['sign-up', 'sign-in', 'sign-out', 'anonymous', 'emails', 'email-codes', 'step-up', 'upgrade'],
  ['identities', 'providers'],
  ['permissions'],
  ['roles', 'resource-types'],
  ['policies'],
  ['service-accounts'],
  ['api-keys'],
  ['resources'],
  ['oauth-clients'],
  ['grants'],
  ['token'],
  ['me', 'export'],
  ['audit-events'],
  ['webhooks', 'notifications'],
  ['health'],
  ['pages', 'branding'],
  ['setup'],
  ['authorize', 'par', 'device'],
  ['entry'],
  ['docs'],
  ['authz'],
  ['access'],
]

const moduleOf = (file: string): string | undefined =>
  /^src\/(?:modules\/)?((?<=modules\/)[^/]+|core\/[^/]+)\//.exec(file)?.[1]
function moduleRank(name: string): number {
  const rank = MODULES.findIndex((line) => line.includes(name))
  return rank === -1 ? MODULES.length : rank
}

/** `from → to`, each with its reason. */
const EXCEPTIONS = new Set([
  // The wire names the event types and shows the rows of the log as they are.
  'src/modules/audit-events/schema.ts → src/core/events/queries.ts',
  // Types alone: what `serve` listens for.
  'src/platform/serve.bun.ts → src/app.ts',
  // A checkout makes the files for the browser when they are asked for.
  'src/platform/made-assets.bun.ts → src/build/assets.ts',
])

/** Every import a rule forbids, as `from → to`. */
const breaches = (allowed: (from: string, to: string) => boolean): string[] =>
  sources.flatMap(({ file, imports }) =>
    imports
      .filter((to) => /\.tsx?$/.test(to) && !allowed(file, to))
      .map((to) => `${file} → ${to}`)
      .filter((breach) => !EXCEPTIONS.has(breach)),
  )

describe('imports', () => {
  test('were found at all', () => {
    const app = sources.find(({ file }) => file === 'src/app.ts')
    expect(app?.imports).toContain('src/deps.ts') // a type
    expect(app?.values).not.toContain('src/deps.ts')
    expect(app?.values).toContain('src/http/feature-app.ts') // imported when it is needed
    expect(app?.eager).not.toContain('src/http/feature-app.ts')
  })

  test('go down: entries, platform, app, routes, http, service, queries, tables, schema, lib', () => {
    const goesDown = (from: string, to: string): boolean => {
      const [above, below] = [kindOf(from), kindOf(to)]
      if (below === 'anyone') return true
      if (above === 'feature' && dirname(from) === dirname(to)) return true // later: see the next test
      if (from === 'src/core/feature.ts' && to === 'db/database.ts') return true // a type
      if (from === 'src/deps.ts' && to === 'src/core/authz/scope.ts') return true // types alone
      if (from === 'src/errors.ts' && to === 'src/core/authz/denied.ts') return true // types alone
      if (above === 'anyone') return below === 'lib' || below === 'feature' || to === 'db/database.ts'
      if (above === 'database') return to.startsWith('db/')
      if (below === 'database') return above === 'entry' || above === 'platform'
      return RANK[above] >= RANK[below]
    }
    expect(breaches(goesDown)).toEqual([])
  })

  test('of what a feature declares are data alone: its own files are loaded later', () => {
    const declared = sources.filter(({ file }) => /^src\/modules\/[^/]+\/feature\.ts$/.test(file))
    expect(declared.length).toBeGreaterThan(20)
    const allowed = (to: string) => to === 'src/core/feature.ts' || to.startsWith('src/lib/')
    expect(declared.filter(({ eager }) => !eager.every(allowed)).map(({ file }) => file)).toEqual([])
  })

  test('of programs for the browser are made by such programs alone', () => {
    expect(breaches((from, to) => kindOf(to) !== 'browser' || kindOf(from) === 'browser')).toEqual([])
  })

  test('of the platform and of the operator’s commands are made by entries alone', () => {
    const PRIVATE: Kind[] = ['platform', 'operator']
    const allowed: Kind[] = ['platform', 'operator', 'entry']
    expect(breaches((from, to) => !PRIVATE.includes(kindOf(to)) || allowed.includes(kindOf(from)))).toEqual([])
  })

  test('between modules go up the list of modules, and no module imports the routes of another', () => {
    const allowed = (from: string, to: string): boolean => {
      const [importer, imported] = [moduleOf(from), moduleOf(to)]
      if (importer === undefined || imported === undefined || importer === imported) return true
      if (kindOf(to) === 'routes') return false
      const neighbours = MODULES[moduleRank(importer)]?.includes(imported) === true
      return neighbours || moduleRank(imported) < moduleRank(importer)
    }
    expect(breaches(allowed)).toEqual([])
  })

  test('of modules by http are those that know who is asking, and types', () => {
    const known = [
      'src/modules/signing-keys/access-tokens.ts',
      'src/modules/sessions/principals.ts',
      'src/modules/sessions/may-still.ts',
      'src/modules/api-keys/key-text.ts',
      'src/modules/api-keys/last-use.ts',
      'src/modules/api-keys/principals.ts',
      'src/modules/grants/principals.ts',
      'src/modules/token/dpop.ts',
    ]
    const loaded = sources
      .filter(({ file }) => kindOf(file) === 'http')
      .flatMap(({ values }) => values.filter((to) => to.startsWith('src/modules/')))
    expect(loaded.filter((to) => !known.includes(to))).toEqual([])
  })

  test('name modules that exist, and every part of core', () => {
    const present = new Set(files.map(moduleOf).filter((name) => name !== undefined))
    const listed = MODULES.flat()
    expect(listed.filter((name) => !present.has(name))).toEqual([])
    expect([...present].filter((name) => name.startsWith('core/') && !listed.includes(name))).toEqual([])
  })

  test('make no circle', () => {
    const graph = new Map(sources.map(({ file, eager }) => [file, eager]))
    const circles: string[] = []
    const done = new Set<string>()
    const walk = (file: string, path: string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      if (path.includes(file) || done.has(file)) return
      for (const next of graph.get(file) ?? []) walk(next, [...path, file])
      done.add(file)
    }
    for (const file of graph.keys()) walk(file, [])
    expect(circles).toEqual([])
  })

  test('of the exceptions are still made', () => {
    for (const exception of EXCEPTIONS) {
      const [from, to] = exception.split(' → ')
      expect(sources.find(({ file }) => file === from)?.imports, exception).toContain(to ?? '')
    }
  })
})

/** Files whose code matches, entries and the platform aside. */
const using = (pattern: RegExp, mayUse: (file: string) => boolean): string[] =>
  sources.filter(({ file, code }) => pattern.test(code) && !mayUse(file)).map(({ file }) => file)

describe('effects', () => {
  const isEntry = (file: string) => kindOf(file) === 'entry'
  const isPlatform = (file: string) => kindOf(file) === 'platform'

  test('Bun is named only where only Bun runs', () => {
    const mayUse = (file: string) =>
      isEntry(file) || file.endsWith('.bun.ts') || /^db\/(?:embedded|client|migrate|generate|seed)/.test(file)
    expect(using(/\bBun\./, mayUse)).toEqual([])
    const builtIn = sources.filter(({ packages }) => packages.some((name) => name === 'bun' || name.startsWith('bun:')))
    expect(builtIn.map(({ file }) => file).filter((file) => !mayUse(file))).toEqual([])
  })

  test('what the edge bundles loads nothing of Node or Bun and nothing native', () => {
    const seen = new Set<string>()
    const foreign: string[] = []
    const walk = (file: string): void => {
      if (seen.has(file)) return
      seen.add(file)
      const source = sources.find((candidate) => candidate.file === file)
      if (!source) return // a JSON file
      for (const name of source.packages)
        if (/^(?:node:|bun|libsql$|@libsql\/client$|@libsql\/client\/(?:node|sqlite3))/.test(name))
          foreign.push(`${file} loads ${name}`)
      for (const next of source.values) walk(next)
    }
    for (const start of ['src/app.ts', 'src/platform/deps.edge.ts', 'src/platform/passwords/passwords.wasm.ts'])
      walk(start)
    expect(foreign).toEqual([])
    expect(seen.size).toBeGreaterThan(40)
    expect(using(/\b(?:process\.\w|Buffer\b|__dirname|require\()/, (file) => !seen.has(file))).toEqual([])
    // A Worker has timers within a request, where streams wait for events.
    const waits = (file: string) =>
      !seen.has(file) ||
      ['src/platform/feed.ts', 'src/platform/streams.ts', 'src/platform/revocations.ts'].includes(file)
    expect(using(/\b(?:setTimeout|setInterval)/, waits)).toEqual([])
  })

  test('time comes from the clock', () => {
    const pattern = /\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bDate\(\)/
    const mayUse = (file: string) =>
      isPlatform(file) || isEntry(file) || isBrowser(file) || file.startsWith('db/embedded')
    expect(using(pattern, mayUse)).toEqual([])
  })

  test('chance comes from the platform', () => {
    const pattern = /\bMath\.random\b|\bgetRandomValues\b|\brandomUUID\b|\brandomBytes\b|\bnanoid\b/
    // A program for the browser gets nothing from `deps`.
    expect(using(pattern, (file) => isPlatform(file) || isBrowser(file))).toEqual([])
  })

  test('the environment is read by entries and the platform', () => {
    expect(
      using(/\bprocess\.env\b|\bBun\.env\b|\bimport\.meta\.env\b/, (file) => isPlatform(file) || isEntry(file)),
    ).toEqual([])
  })

  test('only entries and the log write to the console', () => {
    const mayUse = (file: string) => isPlatform(file) || isEntry(file) || file === 'db/migrate.ts'
    expect(using(/\bconsole\.|\bprocess\.std(?:out|err)\b/, mayUse)).toEqual([])
  })

  test('SQL stands in queries alone', () => {
    const mayUse = (file: string) => ['queries', 'tables', 'database'].includes(kindOf(file))
    expect(
      using(
        /\bsql`|\bsql\.raw\b|\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM) [\w"*]+/,
        (file) => mayUse(file) || isEntry(file),
      ),
    ).toEqual([])
    const loading = sources.filter(({ packages }) => packages.some((name) => name.startsWith('drizzle-orm')))
    expect(loading.map(({ file }) => file).filter((file) => !mayUse(file))).toEqual([])
  })

  test('other effects are of the platform: files, network, timers, threads', () => {
    const mayUse = (file: string) =>
      isPlatform(file) || isEntry(file) || kindOf(file) === 'operator' || kindOf(file) === 'database'
    const runsInBrowser = (file: string) => isBrowser(file) || file === 'src/modules/pages/script.generated.ts'
    const globals = /\bset(?:Timeout|Interval|Immediate)\b|\bnew (?:Worker|WebSocket|BroadcastChannel|EventSource)\b/
    expect(using(globals, (file) => mayUse(file) || runsInBrowser(file))).toEqual([])
    // `fetch` is what a function was given: `{ fetch }: Pick<Deps, 'fetch'>`.
    const asksItself = ({ code }: Source) => /(?<![.\w])fetch\(/.test(code) && !/[{,]\s*fetch\s*[,}]/.test(code)
    const asking = sources.filter((source) => asksItself(source) && !mayUse(source.file) && !runsInBrowser(source.file))
    expect(asking.map(({ file }) => file)).toEqual([])
    const loading = /^(?:node:|bun$|bun:|libsql$|@libsql\/|nodemailer|rate-limiter-flexible|srvx)/
    const loaders = sources.filter(({ file, packages }) => packages.some((name) => loading.test(name)) && !mayUse(file))
    expect(loaders.map(({ file }) => file)).toEqual(['src/lib/primitives/node.ts']) // `node:crypto`, which computes
  })

  test('a file is read in one sitting: none is longer than 300 lines', async () => {
    const long: string[] = []
    for (const { file } of sources)
      if ((await Bun.file(join(ROOT, file)).text()).split('\n').length > 300) long.push(file)
    expect(long).toEqual([])
  })
})

/** The folder of a feature or of a part of `core`; else the folder or the file in `src`. */
const ownerOf = (file: string): string =>
  /^src\/(?:modules|core)\/[^/]+/.exec(file)?.[0] ?? /^(?:src\/[^/]+|db)/.exec(file)?.[0] ?? file

describe('ownership', () => {
  /** Who needs the file, through other files of `lib` too. */
  function ownersOf(file: string, seen = new Set<string>()): Set<string> {
    const owners = new Set<string>()
    if (seen.has(file)) return owners
    seen.add(file)
    for (const source of sources) {
      const imported = [...source.imports, ...(source.packages.includes('#primitives') ? PRIMITIVES : [])]
      if (!imported.includes(file)) continue
      const found = source.file.startsWith('src/lib/') ? ownersOf(source.file, seen) : [ownerOf(source.file)]
      for (const owner of found) owners.add(owner)
    }
    return owners
  }
  /** What `#primitives` stands for (`imports` in package.json). */
  const PRIMITIVES = ['src/lib/primitives/node.ts', 'src/lib/primitives/web.ts']

  test('lib has only what two folders need; what one needs stands in its folder', () => {
    const lib = files.filter((file) => file.startsWith('src/lib/'))
    expect(lib.length).toBeGreaterThan(30)
    expect([...ownersOf('src/lib/typed-codes.ts')].sort()).toEqual([
      'src/modules/device',
      'src/modules/entry',
      'src/modules/mfa',
      'src/modules/pages',
      'src/modules/proofs',
    ])
    const single = lib.filter((file) => ownersOf(file).size < 2)
    expect(single.map((file) => `${file}: ${[...ownersOf(file)].join() || 'none'}`)).toEqual([])
  })

  test('the row of a user is updated by statements of users alone', () => {
    const updates = /\.update\(users\)|\bUPDATE\s+(?:OR \w+\s+)?(?:"?users\b|\$\{users\})/i
    const updating = sources.filter(({ code }) => updates.test(code)).map(({ file }) => file)
    expect(updating).toContain('src/modules/users/queries.ts')
    expect(updating.filter((file) => !file.startsWith('src/modules/users/') && !isEntryFile(file))).toEqual([])
  })

  const isEntryFile = (file: string) => kindOf(file) === 'entry'

  /** Texts for readers, and what is left to be declared with the route. */
  const NAMES_URLS: Record<string, string> = {
    'src/http/guards.ts':
      'the organisation of a request is in its path, and the guard reads it before any route is matched',
    'src/http/access.ts': 'a route with `requiresInOrg` must have such a path',
    'src/http/openapi/about.ts': 'the introduction of the API document tells readers which routes to begin with',
    'src/http/openapi/operations.ts':
      'the description of a route that needs a fresh session names the route that makes one',
  }

  test('shared http knows the URL of no feature', async () => {
    const declared: string[] = []
    for (const file of new Glob('src/modules/*/feature.ts').scanSync(ROOT)) {
      const { feature } = (await import(join(ROOT, file))) as { feature: Feature }
      for (const name of Object.keys(feature.paths ?? {})) declared.push(name.split(' ')[1]?.split('/:')[0] ?? '')
    }
    declared.splice(declared.indexOf('/'), 1) // of `home`; in code it is a separator
    expect(declared).toContain('/livez')
    const knowing = sources
      .filter(({ file }) => file.startsWith('src/http/'))
      .filter(({ code }) => /\/v1\\?\/\w/.test(code) || literalsOf(code).some((text) => declared.includes(text)))
    expect(knowing.map(({ file }) => file).filter((file) => !(file in NAMES_URLS))).toEqual([])
  })
})

/** What stands in quotes, alone. */
const literalsOf = (code: string): string[] =>
  [...code.matchAll(/(["'`])(\/[^"'`\s]*)\1/g)].map(([, , text]) => text ?? '')
