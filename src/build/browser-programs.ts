/** Programs that run in the browser, one a feature: `src/modules/<name>/browser/main.tsx` or `main.ts`, and what it imports. */
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')

export const browserPrograms = ['account', 'console', 'entry', 'home', 'setup'] as const
export type BrowserProgram = (typeof browserPrograms)[number]

/**
 * `main.js`, `main.css`, and a chunk for each part that is imported when it is needed. The name of a chunk has a hash of its
 * content. Throws with what the compiler says.
 */
export async function buildBrowserProgram(name: BrowserProgram | 'docs'): Promise<Map<string, Blob>> {
  const entry = Bun.resolveSync('./main', join(ROOT, `src/modules/${name}/browser`))
  const styles = await importedStyles(entry)
  const { outputs } = await Bun.build({
    entrypoints: [entry],
    target: 'browser',
    format: 'esm',
    splitting: true,
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    naming: { entry: '[name].[ext]', chunk: '[name]-[hash].[ext]', asset: '[name]-[hash].[ext]' },
    plugins: [stylesOf(entry, styles)],
    throw: true,
  })
  const files = new Map<string, Blob>(outputs.map((output) => [`${name}/${output.path.replace(/^\.\//, '')}`, output]))
  if (styles.length > 0) files.set(`${name}/main.css`, new Blob([compactStyles(await joinStyles(styles))]))
  return files
}

/** The paths of the styles that the first file of a program imports, in order. */
async function importedStyles(entry: string): Promise<string[]> {
  const text = await Bun.file(entry).text()
  return [...text.matchAll(/^import '([^']+\.css)'$/gm)].map(([, path = '']) => join(dirname(entry), path))
}

/** Leaves the styles out of the program. Styles of a part that is loaded later would be in a file that nothing loads. */
const stylesOf = (entry: string, styles: readonly string[]): Bun.BunPlugin => ({
  name: 'styles',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, ({ path }) => {
      if (!styles.includes(path)) throw new Error(`${path}: import it in ${entry}, and nowhere else`)
      return { contents: '', loader: 'js' }
    })
  },
})

/** One text: what a file imports stands in its place, and each file once. */
async function joinStyles(paths: readonly string[], seen = new Set<string>()): Promise<string> {
  let text = ''
  for (const path of paths) {
    if (seen.has(path)) continue
    seen.add(path)
    const own = await Bun.file(path).text()
    const imported = [...own.matchAll(/^@import "([^"]+)";$/gm)].map(([, file = '']) => join(dirname(path), file))
    text += (await joinStyles(imported, seen)) + own.replace(/^@import .*$/gm, '')
  }
  return text
}

/**
 * Without comments and the white space between rules. Bun's compiler writes styles for browsers of 2020: `margin-inline` becomes a
 * rule for each direction, by lists of languages, with a higher specificity than what follows it.
 */
export const compactStyles = (css: string): string =>
  css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/;}/g, '}')
    .trim()
