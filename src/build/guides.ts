/** `bun run guides`: puts the files of `examples/` into the guides that show them. A test keeps them so. */
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
export const GUIDES = ['docs/mcp.md', 'docs/webhooks.md'] as const

/** Below `<!-- examples/name.ts -->` stands a block of code with the content of that file. */
export async function withExamples(markdown: string): Promise<string> {
  let text = markdown
  for (const [, name = ''] of markdown.matchAll(/^<!-- (examples\/[\w.-]+) -->$/gm)) {
    const code = await Bun.file(join(ROOT, name)).text()
    const block = new RegExp(`(<!-- ${name.replaceAll('.', '\\.')} -->\n\`\`\`\\w+\n)[^]*?(\`\`\`\n)`)
    text = text.replace(block, (_, start: string, end: string) => `${start}${code}${end}`)
  }
  return text
}

if (import.meta.main) {
  for (const guide of GUIDES) {
    await Bun.write(join(ROOT, guide), await withExamples(await Bun.file(join(ROOT, guide)).text()))
    console.log(guide)
  }
}
