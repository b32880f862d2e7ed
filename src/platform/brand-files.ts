/** BRAND_LOGO and BRAND_FAVICON may name a file. Other runtimes have no files, so the rest of the server knows `data:` URLs alone. */
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { ConfigError } from '../config.ts'

const TYPES: Record<string, string> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
}

type Env = Record<string, string | undefined>

/** The environment with the files in the place of their paths. Throws `ConfigError`. */
export function withBrandFiles(env: Env): Env {
  const found = ['BRAND_LOGO', 'BRAND_FAVICON'].flatMap((name) => {
    const value = env[name]
    return value === undefined || value === '' || value.startsWith('data:') ? [] : [[name, read(name, value)] as const]
  })
  return found.length === 0 ? env : { ...env, ...Object.fromEntries(found) }
}

function read(name: string, path: string): string {
  const type = TYPES[extname(path).toLowerCase()]
  if (type === undefined)
    throw new ConfigError(
      name,
      `must be a data: URL, or the path of a file that ends in ${Object.keys(TYPES).join(', ')}`,
    )
  try {
    return `data:${type};base64,${readFileSync(path, 'base64')}`
  } catch {
    throw new ConfigError(name, 'names a file that cannot be read')
  }
}
