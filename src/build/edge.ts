/** `bun run build:edge` → `dist/edge`: one bundle a runtime, the files for the browser, and `wrangler.jsonc`. */
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { aheadOfTime } from './ahead/ahead.ts'
import { writeAssets } from './assets.ts'
import { compiledMessages } from './compiled-messages.ts'
import { kib, weigh, writeWeights } from './edge-weights.ts'
import { prebuiltOpenApi } from './prebuilt-openapi.ts'

const ROOT = join(import.meta.dir, '../..')

/**
 * White space alone: Elysia reads the source of handlers to see what they use and whether they wait. With
 * `minifySyntax` a `return later()` becomes the end of a comma expression, and its promise is sent unawaited.
 */
const COMMON = {
  bundle: true,
  format: 'esm',
  // What is imported when it is needed becomes a file of its own.
  splitting: true,
  target: 'es2023',
  minifyWhitespace: true,
  legalComments: 'none',
  plugins: [compiledMessages],
  logLevel: 'error',
  absWorkingDir: ROOT,
} as const satisfies BuildOptions

/** Everybody gets the builds of packages that use web standards alone. */
const PORTABLE = {
  platform: 'neutral',
  conditions: ['workerd', 'worker', 'browser'],
  mainFields: ['browser', 'module', 'main'],
  external: ['cloudflare:*', 'node:*'],
  alias: {
    // The `browser` field of bcryptjs leaves it out too, and esbuild heeds that for browsers alone.
    crypto: './src/build/absent/crypto.ts',
    // 55 KB for routes that take files, of which there are none.
    'file-type': './src/build/absent/file-type.ts',
    '@peculiar/x509': './src/build/absent/x509.ts',
    '@peculiar/asn1-android': './src/build/absent/x509.ts',
  },
} as const satisfies BuildOptions

/** Where `node:crypto` is that of Node: `#primitives` of package.json is synchronous there. */
const ON_NODE = {
  ...PORTABLE,
  conditions: ['node-crypto', ...PORTABLE.conditions],
  loader: { '.wasm': 'binary' },
} as const satisfies BuildOptions

/** Workers take a compiled module; the others get the bytes in their bundle. */
const TARGETS = {
  cloudflare: { ...PORTABLE, loader: { '.wasm': 'copy' }, assetNames: '[name]' },
  node: ON_NODE,
  deno: { ...PORTABLE, loader: { '.wasm': 'binary' } },
  lambda: ON_NODE,
  vercel: ON_NODE,
} as const satisfies Record<string, BuildOptions>

export type EdgeTarget = keyof typeof TARGETS
export const edgeTargets = Object.keys(TARGETS) as EdgeTarget[] // its own keys

/** Where the parts of a bundle are, beside it. Vercel makes a function of every file but those under such a name. */
export const partsFolder = (target: EdgeTarget): string => `_${target}`

const bundle = (options: BuildOptions) => build({ ...COMMON, ...options, metafile: true })

/** Bundles one entry into `folder` and returns the path of the bundle and what it is made of. */
export async function bundleEdge(target: EdgeTarget, folder: string) {
  const { plugins = [], ...options }: BuildOptions = { ...COMMON, ...TARGETS[target] }
  const ahead = target === 'cloudflare' ? await aheadOfTime({ ...options, plugins }) : []
  const { metafile } = await build({
    ...options,
    plugins: [...plugins, ...ahead],
    metafile: true,
    entryPoints: [`src/entries/${target}.ts`],
    outdir: folder,
    chunkNames: `${partsFolder(target)}/[name]-[hash]`,
  })
  return { outfile: join(folder, `${target}.js`), metafile }
}

/** The same for a Worker that is not ours; for comparison. `entry` is a path from the root of the repository. */
export const bundleWorker = (entry: string, outfile: string) =>
  bundle({ ...TARGETS.cloudflare, entryPoints: [entry], splitting: false, outfile })

export const COMPATIBILITY_DATE = '2026-04-01'
/**
 * `AsyncLocalStorage`, and no more of Node. The registry of modules, the default from 2026-11-17 on, parses a module when it is
 * imported; the earlier one parsed all of them at the start.
 */
export const COMPATIBILITY_FLAGS = ['nodejs_als', 'new_module_registry']

const wrangler = `{
  // Written by bun run build:edge. Secrets: wrangler secret put APP_SECRET, … DATABASE_URL, … DATABASE_AUTH_TOKEN
  "name": "threeger-id",
  "main": "cloudflare.js",
  "no_bundle": true,
  "rules": [
    { "type": "ESModule", "globs": ["_cloudflare/*.js"] },
    { "type": "CompiledWasm", "globs": ["**/*.wasm"] }
  ],
  "compatibility_date": "${COMPATIBILITY_DATE}",
  "compatibility_flags": ${JSON.stringify(COMPATIBILITY_FLAGS)},
  "assets": { "directory": "assets", "binding": "ASSETS", "run_worker_first": true },
  // WebSockets. Without the binding, GET /v1/realtime answers 501.
  "durable_objects": { "bindings": [{ "name": "REALTIME", "class_name": "RealtimeSockets" }] },
  "migrations": [{ "tag": "realtime", "new_sqlite_classes": ["RealtimeSockets"] }],
  "triggers": { "crons": ["* * * * *"] },
  "vars": { "NODE_ENV": "production", "APP_URL": "https://id.example.com" }
}
`

/** Node, and platforms that run it, ask here whether a `.js` file is a module. */
const MODULES = '{ "type": "module" }\n'

/** All paths go to the one function, which sees the path that was asked for. */
const vercel = {
  rewrites: [{ source: '/(.*)', destination: '/api' }],
  functions: { 'api/index.js': { includeFiles: 'api/{assets,_vercel}/**' } },
}

/** The folder that `vercel deploy` takes. */
function layOutVercel(folder: string, bundle: string): void {
  cpSync(join(dirname(bundle), 'assets'), join(folder, 'api/assets'), { recursive: true })
  cpSync(bundle, join(folder, 'api/index.js'))
  const parts = partsFolder('vercel')
  cpSync(join(dirname(bundle), parts), join(folder, 'api', parts), { recursive: true })
  writeFileSync(join(folder, 'vercel.json'), `${JSON.stringify(vercel, undefined, 2)}\n`)
  writeFileSync(join(folder, 'package.json'), MODULES)
}

/** `GET /openapi.json` of production, for any APP_URL. At the edge it would load every feature for one answer. */
async function writeOpenApi(file: string): Promise<void> {
  writeFileSync(file, JSON.stringify(await prebuiltOpenApi()))
}

/** Everything that is deployed. Returns what each bundle is made of. */
export async function buildEdge(folder: string): Promise<Record<EdgeTarget, Metafile>> {
  rmSync(folder, { recursive: true, force: true })
  // Workers serve them from a binding, the others from beside their bundle.
  await writeAssets(join(folder, 'assets'))
  await writeOpenApi(join(folder, 'assets/openapi.json'))
  writeFileSync(join(folder, 'wrangler.jsonc'), wrangler)
  writeFileSync(join(folder, 'package.json'), MODULES)
  const built = edgeTargets.map(async (target) => [target, (await bundleEdge(target, folder)).metafile] as const)
  const metafiles = Object.fromEntries(await Promise.all(built)) as Record<EdgeTarget, Metafile> // one entry a target
  layOutVercel(join(folder, 'vercel'), join(folder, 'vercel.js'))
  return metafiles
}

if (import.meta.main) {
  const folder = join(ROOT, 'dist/edge')
  const metafiles = await buildEdge(folder)
  const sizes = edgeTargets.map((target) => ({ target, weights: weigh(metafiles[target], ROOT) }))
  for (const { target, weights } of sizes)
    console.log(`dist/edge/${target}.js  ${kib(weights.first)} KiB gzip, ${weights.later.length} parts later`)
  if (process.argv.includes('--docs')) writeWeights(join(ROOT, 'docs/edge.md'), sizes, metafiles.cloudflare)
}
