/**
 * Run before every other file (`bunfig.toml`): without its packages a command would fail somewhere inside of one, or have
 * Bun fetch versions that bun.lock does not name.
 */
import { existsSync } from 'node:fs'

if (!existsSync(new URL('../../node_modules', import.meta.url))) {
  process.stderr.write('The packages are not installed.\nRun `bun install`, then repeat the command.\n')
  process.exit(1)
}
