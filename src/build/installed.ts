/**
 * Runs before every other file (`bunfig.toml`). Without the packages a command would fail inside one of its imports, or Bun
 * would install other versions than those of `bun.lock`.
 */
import { existsSync } from 'node:fs'

if (!existsSync(new URL('../../node_modules', import.meta.url))) {
  process.stderr.write('The packages are not installed.\nRun `bun install`, then repeat the command.\n')
  process.exit(1)
}
