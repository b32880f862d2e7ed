/**
 * Code generation ahead of time. The framework turns each route into the source of a function. Workers let no source become a
 * function after their start, and compiling every route at the start was most of the cost of a start. So the build has everything
 * generated once, and bundles the functions. Routes of the same shape share one (`common-source.ts`), so more routes cost nothing.
 *
 * The app at the edge still writes the source, and finds the function by it: a function of another source is never used.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildOptions, build, type Plugin, transform } from 'esbuild'
import { commonSource } from '../../entries/edge/common-source.ts'
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

interface Sources {
  /** By key. */
  functions: ReadonlyMap<string, readonly string[]>
  /** The keys of the functions of each feature, and of `NO_FEATURE`. */
  features: Readonly<Record<string, readonly string[]>>
}

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
    return byKey(JSON.parse(out.slice(out.lastIndexOf('\n{') + 1)) as Record<string, string[][]>) // printed by the recorder
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function byKey(recorded: Readonly<Record<string, readonly (readonly string[])[]>>): Sources {
  const functions = new Map<string, readonly string[]>()
  const keyOfFunction = (written: readonly string[]): string => {
    const { source } = commonSource(written)
    const key = keyOf(source)
    if ((functions.get(key) ?? source).join('\0') !== source.join('\0'))
      throw new Error(`two generated functions have one key: ${key}`)
    functions.set(key, source)
    return key
  }
  const features = Object.entries(recorded).map(([name, sources]) => [name, [...new Set(sources.map(keyOfFunction))]])
  return { functions, features: Object.fromEntries(features) }
}

/** How the framework reads a form with files: 2.5 KB, the same in every route with a body and in every one whose body is optional. */
const FORM = /(?<=case 'multipart\/form-data':\n)[\s\S]*?else c\.body\[key\]=finalValue\}(?=break\n)/

const quoted = JSON.stringify

/**
 * The modules of what is generated, by name: a list of the features, the functions of each feature, and each function. The bundler
 * makes parts of them by who shares them, so the first request for a feature loads what is generated for that feature alone.
 * They are as small as they get: nothing reads the source of these functions.
 */
async function modulesOf({ functions, features }: Sources): Promise<ReadonlyMap<string, string>> {
  const modules = new Map<string, string>()
  const readForms = new Map<string, string>()
  for (const [key, source] of functions) {
    let imported = ''
    const body = (source.at(-1) ?? '').replace(FORM, (code) => {
      const name = readForms.get(code) ?? `form-${readForms.size}`
      readForms.set(code, name)
      imported = `import readForm from ${quoted(`generated:${name}`)}\n`
      return 'await readForm(c)\n'
    })
    modules.set(`function-${key}`, `${imported}export default function (${source.slice(0, -1)}) {${body}\n}`)
  }
  if (readForms.size < 1 || readForms.size > 2)
    throw new Error('forms are read in a new way: src/build/ahead has to follow')
  for (const [code, name] of readForms) modules.set(name, `export default async (c) => {${code}}`)
  for (const [feature, keys] of Object.entries(features)) {
    const imports = keys.map((key, index) => `import function${index} from ${quoted(`generated:function-${key}`)}`)
    const named = keys.map((key, index) => `${quoted(key)}: function${index}`)
    modules.set(`of-${feature}`, `${imports.join('\n')}\nexport default {${named.join()}}`)
  }
  const loaders = Object.keys(features).map(
    (name) => `${quoted(name)}: () => import(${quoted(`generated:of-${name}`)})`,
  )
  modules.set('functions', `export default {${loaders.join()}}`)
  const minified = [...modules].map(
    async ([name, text]) =>
      [name, (await transform(text, { minify: true, format: 'esm', target: 'es2023' })).code] as const,
  )
  return new Map(await Promise.all(minified))
}

/** The plugins that bundle what is generated: for `build` with the same options. */
export async function aheadOfTime(options: BuildOptions): Promise<Plugin[]> {
  const modules = await modulesOf(await record(options))
  return [
    redirect(join(ROOT, 'src/entries/edge/generated.ts')),
    {
      name: 'generated',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^generated:/ }, ({ path }) => ({
          path: path.replace(/^generated:/, ''),
          namespace: NAMESPACE,
        }))
        onLoad({ filter: /^/, namespace: NAMESPACE }, ({ path }) => ({
          contents: modules.get(path) ?? '',
          loader: 'js',
        }))
      },
    },
  ]
}
