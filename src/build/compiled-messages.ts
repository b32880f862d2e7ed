/**
 * The messages of mails and pages as the parser reads them, so that the bundle need not carry the parser: 37 KB, and the
 * time to parse. `IntlMessageFormat` takes either.
 */
import { parse } from '@formatjs/icu-messageformat-parser'
import type { Plugin } from 'esbuild'

const CATALOGUE = /src\/modules\/(?:[^/]+\/){1,2}messages\/([a-z]{2})\.ts$/

export const compiledMessages: Plugin = {
  name: 'compiled-messages',
  setup(build) {
    build.onResolve({ filter: /^@formatjs\/icu-messageformat-parser$/ }, ({ kind, resolveDir }) =>
      build.resolve('@formatjs/icu-messageformat-parser/no-parser.js', { kind, resolveDir }),
    )
    build.onLoad({ filter: CATALOGUE }, async ({ path }) => {
      const [, language = ''] = CATALOGUE.exec(path) ?? []
      const { [language]: messages } = (await import(path)) as Record<string, Record<string, string>> // `export const en`
      if (messages === undefined) throw new Error(`${path} does not export ${language}`)
      const compiled = Object.entries(messages).map(([name, text]) => [name, parse(text, { ignoreTag: true })])
      return { contents: `export const ${language} = ${JSON.stringify(Object.fromEntries(compiled))}`, loader: 'js' }
    })
  },
}
