/** `bun run guides`: puts the files of `examples/` into the guides that show them. A test keeps them so. */
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
export const MCP_GUIDE = 'docs/mcp.md'

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

if (import.meta.main) {
  await Bun.write(join(ROOT, MCP_GUIDE), await withExamples(await Bun.file(join(ROOT, MCP_GUIDE)).text()))
  console.log(MCP_GUIDE)
}
