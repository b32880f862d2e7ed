/**
 * `bun run pages`: bundles `src/modules/pages/browser` into `script.generated.ts`, the text that is served. Runtimes
 * differ in how they take a file as text, and some have no files; a string works in all of them. A test keeps it so.
 */
import { join } from 'node:path'
import { build } from 'esbuild'

const PAGES = join(import.meta.dir, '../modules/pages')

/** One module without imports. Browsers of the last three years or so run it. */
export async function bundlePagesScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(PAGES, 'browser/main.ts')],
    bundle: true,
    format: 'esm',
    target: ['chrome109', 'firefox115', 'safari16'],
    minify: true,
    legalComments: 'none',
    charset: 'ascii',
    write: false,
    logLevel: 'error',
  })
  return outputFiles.map(({ text }) => text).join('')
}

if (import.meta.main) {
  const script = await bundlePagesScript()
  const file = join(PAGES, 'script.generated.ts')
  await Bun.write(
    file,
    `/** Written by \`bun run pages\` from \`browser/\`. Do not edit it by hand. */\n// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the script is one string literal\nexport const SCRIPT = ${JSON.stringify(script)}\n`,
  )
  await Bun.spawn(['bunx', 'biome', 'format', '--write', file], { stdout: 'ignore' }).exited
  console.log(`${file}  ${script.length} bytes`)
}
