/** `bun run env:example`: writes .env.example from the schema of the environment. A test keeps it current. */
import { join } from 'node:path'
import { Environment } from '../config.ts'

const WIDTH = 100

const HEADER = [
  '# Copy to .env and set what you need; Bun reads it by itself. Everything is optional in development.',
  '# In production APP_URL and APP_SECRET are required; a good secret: openssl rand -base64 48',
]

/** Every variable with its description and its default, commented out: none of them is required in development. */
export function envExample(): string {
  const entries = Object.entries(Environment.properties).map(([name, schema]) => {
    const value = 'default' in schema ? String(schema.default) : ''
    return [...wrap(schema.description ?? '').map((line) => `# ${line}`), `#${name}=${value}`].join('\n')
  })
  return `${[HEADER.join('\n'), ...entries].join('\n\n')}\n`
}

function wrap(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

if (import.meta.main) await Bun.write(join(import.meta.dir, '../../.env.example'), envExample())
