/** Programs that run in the browser, one a feature: `src/modules/<name>/browser/main.tsx` or `main.ts`, and what it imports. */
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')

export const browserPrograms = ['account', 'console', 'entry', 'home', 'setup'] as const
export type BrowserProgram = (typeof browserPrograms)[number]

/**
 * `main.js`, `main.css`, and a chunk for each part that is imported when it is needed. The name of a chunk has a hash of its
 * content. Throws with what the compiler says.
 */
export async function buildBrowserProgram(name: BrowserProgram | 'docs'): Promise<Map<string, Blob>> {
  const { outputs } = await Bun.build({
    entrypoints: [Bun.resolveSync('./main', join(ROOT, `src/modules/${name}/browser`))],
    target: 'browser',
    format: 'esm',
    splitting: true,
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    naming: { entry: '[name].[ext]', chunk: '[name]-[hash].[ext]', asset: '[name]-[hash].[ext]' },
    throw: true,
  })
  return new Map(outputs.map((output) => [`${name}/${output.path.replace(/^\.\//, '')}`, output]))
}
