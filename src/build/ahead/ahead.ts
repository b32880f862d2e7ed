/**
 * Code generation ahead of time. The framework turns each route into the source of a function. Workers let no source become a
 * function after their start, and compiling every route at the start was most of the cost of a start. So the build has everything
 * generated once, and bundles the functions with the feature they are for.
 *
 * The app at the edge still writes the source, and finds the function by it: a function of another source is never used.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildOptions, build, type Plugin, transform } from 'esbuild'
import { keyOf } from '../../entries/edge/generated.ts'

const ROOT = join(import.meta.dir, '../../..')
const GENERATORS = /node_modules\/(?:elysia\/dist\/compose|@sinclair\/typebox\/build\/esm\/compiler\/compiler)\.mjs$/
const CHECK = '@sinclair/typebox/value'
const NAMESPACE = 'generated'

/**
 * Schemas are interpreted: a compiled one is dearer to parse at the start than it is to interpret, and what is generated for
 * one depends on what was compiled before, because the framework writes into schemas that routes share.
 */
const COMPILED = "const generatedCode = Code(schema, references, { language: 'javascript' });"
const INTERPRETED =
  'return new TypeCheck(schema, references, (value) => generated$Check(schema, references, value), "");'

/** Puts `generated` of a file in the place of `Function` in all that generates code. */
const redirect = (shim: string): Plugin => ({
  name: 'ahead-of-time',
  setup({ onLoad }) {
    onLoad({ filter: GENERATORS }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const contents = path.endsWith('compiler.mjs')
        ? text.replace(COMPILED, INTERPRETED)
        : text.replace(/(?<![\w.$])(?:new )?(?:globalThis\.)?Function\(/g, 'generated$Function(')
      if (contents === text) throw new Error(`${path} generates code in a new way: src/build/ahead has to follow`)
      return {
        contents: `import { generated as generated$Function } from ${JSON.stringify(shim)}\nimport { Check as generated$Check } from ${JSON.stringify(CHECK)}\n${contents}`,
        loader: 'js',
      }
    })
  },
})

/** By feature; of no feature, or of several, under the empty name. */
type Sources = Map<string, string[][]>

/** Bundles the recorder as the Worker is bundled, so that every handler has the same source, and runs it. */
async function record(options: BuildOptions): Promise<Sources> {
  const folder = mkdtempSync(join(tmpdir(), 'threeger-ahead-'))
  try {
    await build({
      ...options,
      entryPoints: [join(import.meta.dir, 'recorder.ts')],
      outdir: folder,
      plugins: [...(options.plugins ?? []), redirect(join(import.meta.dir, 'recording.ts'))],
      external: [...(options.external ?? []), '*.wasm'],
      // Bun runs such a file as it is; any other one it would print anew, and what a handler looks like decides what is
      // generated for it.
      banner: { js: '// @bun' },
    })
    const child = Bun.spawn(
      [process.execPath, '--preload', join(import.meta.dir, 'as-on-workers.ts'), join(folder, 'recorder.js')],
      {
        stdout: 'pipe',
        stderr: 'pipe',
        env: {},
      },
    )
    const [out, err, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ])
    if (code !== 0) throw new Error(`what the framework generates could not be recorded: ${err}`)
    const found = JSON.parse(out.slice(out.lastIndexOf('\n{') + 1)) as Record<string, string[][]> // printed by the recorder
    return shareOut(found)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function shareOut(found: Record<string, string[][]>): Sources {
  const owners = new Map<string, { source: string[]; names: Set<string> }>()
  for (const [name, sources] of Object.entries(found))
    for (const source of sources) {
      const key = keyOf(source)
      const known = owners.get(key) ?? { source, names: new Set() }
      if (known.source.join('\0') !== source.join('\0')) throw new Error(`two generated functions have one key: ${key}`)
      known.names.add(name)
      owners.set(key, known)
    }
  const shared: Sources = new Map(Object.keys(found).map((name) => [name, []]))
  for (const { source, names } of owners.values())
    shared.get(names.size === 1 ? ([...names][0] ?? '') : '')?.push(source)
  return shared
}

/** Made as small as it gets: nothing reads the source of these functions, and Workers parse all of it at the start. */
async function moduleOf(sources: readonly string[][]): Promise<string> {
  const functions = sources.map(
    (source) => `${JSON.stringify(keyOf(source))}: function (${source.slice(0, -1)}) {${source.at(-1)}\n},`,
  )
  const { code } = await transform(`export default {\n${functions.join('\n')}\n}`, { minify: true, target: 'es2023' })
  return code
}

/** The plugins that bundle what is generated: for `build` with the same options. */
export async function aheadOfTime(options: BuildOptions): Promise<Plugin[]> {
  const sources = await record(options)
  return [
    redirect(join(ROOT, 'src/entries/edge/generated.ts')),
    {
      name: 'generated',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^generated:/ }, ({ path }) => ({ path, namespace: NAMESPACE }))
        onLoad({ filter: /^generated:features$/, namespace: NAMESPACE }, () => ({
          contents: `export const features = {${[...sources.keys()]
            .map((name) => `${JSON.stringify(name)}: () => import(${JSON.stringify(`generated:of/${name}`)}),`)
            .join('\n')}}`,
          loader: 'js',
        }))
        onLoad({ filter: /^generated:of\//, namespace: NAMESPACE }, async ({ path }) => ({
          contents: await moduleOf(sources.get(path.slice('generated:of/'.length)) ?? []),
          loader: 'js',
        }))
      },
    },
  ]
}
