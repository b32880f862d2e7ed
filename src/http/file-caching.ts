/** How long caches keep a file that a page loads. */
import type { Config } from '../config.ts'

/** The build names the shared parts of a program by a hash of what they contain. */
const HASHED = /-[a-z0-9]{8}\.(?:js|css)$/

/**
 * The Cache-Control of a file. It is kept for good if its URL names the version that this server has, or its name has the hash of
 * what it contains. With another version the file may differ soon: a shared cache must not keep it for the next release.
 */
export function fileCaching(
  { production, appUrl }: Pick<Config, 'production' | 'appUrl'>,
  url: string,
  version: string | undefined,
): string {
  const { pathname, searchParams } = new URL(url, appUrl)
  const isNamed = HASHED.test(pathname) || (version !== undefined && searchParams.get('v') === version)
  return production && isNamed ? 'public, max-age=31536000, immutable' : 'no-cache'
}
