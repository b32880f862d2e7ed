/**
 * `bun run guides`: puts the files of `examples/` into the guides that show them, and writes the guides as pages. Runtimes
 * differ in how they take a file as text, and some have no files; a string works in all of them. A test keeps both so.
 */
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
export const MCP_GUIDE = 'docs/mcp.md'
export const MCP_PAGE = 'src/modules/docs/mcp.generated.ts'

/** Below `<!-- examples/name.ts -->` stands a block of code with the content of that file. */
export async function withExamples(markdown: string): Promise<string> {
  let text = markdown
  for (const [, name = ''] of markdown.matchAll(/^<!-- (examples\/[\w.-]+) -->$/gm)) {
    const code = await Bun.file(join(ROOT, name)).text()
    const block = new RegExp(`(<!-- ${name.replaceAll('.', '\\.')} -->\n\`\`\`ts\n)[^]*?(\`\`\`\n)`)
    text = text.replace(block, (_, start: string, end: string) => `${start}${code}${end}`)
  }
  return text
}

/** The body of the page. Comments and links to other files of the repository are for readers of the repository. */
export const toHtml = (markdown: string): string =>
  Bun.markdown
    .html(markdown.replaceAll(/^<!--.*-->\n/gm, ''))
    .replaceAll(/<a href="(?!https?:|\/|#)[^"]*">(.*?)<\/a>/g, '$1')

export const pageSource = (html: string): string =>
  `/** Written by \`bun run guides\` from \`${MCP_GUIDE}\`. Do not edit it by hand. */\n// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the guide is one string literal\nexport const MCP_GUIDE = ${JSON.stringify(html)}\n`

if (import.meta.main) {
  const guide = await withExamples(await Bun.file(join(ROOT, MCP_GUIDE)).text())
  await Bun.write(join(ROOT, MCP_GUIDE), guide)
  await Bun.write(join(ROOT, MCP_PAGE), pageSource(toHtml(guide)))
  await Bun.spawn(['bunx', 'biome', 'format', '--write', join(ROOT, MCP_PAGE)], { stdout: 'ignore' }).exited
  console.log(`${MCP_GUIDE}  ${MCP_PAGE}`)
}
