/**
 * Bun and the native engine for other machines, from the npm registry alone: `runtimes/package.json` names them by exact
 * version and its lock file by hash. (Left to itself, Bun would fetch the runtime of a cross-compilation unchecked.)
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const RUNTIMES = {
  'linux-x64': { cpu: 'x64', bun: '@oven/bun-linux-x64', engine: '@libsql/linux-x64-gnu' },
  'linux-arm64': { cpu: 'arm64', bun: '@oven/bun-linux-aarch64', engine: '@libsql/linux-arm64-gnu' },
} as const

export type Target = keyof typeof RUNTIMES

/** Throws if the name is not one of `RUNTIMES`. */
export function targetNamed(name: string): Target {
  const found = (Object.keys(RUNTIMES) as Target[]).find((target) => target === name) // the keys of a literal object
  if (found === undefined) throw new Error(`there is no target ${name}, only ${Object.keys(RUNTIMES).join(' and ')}`)
  return found
}

const CACHE = join(import.meta.dir, '../../node_modules/.cache/threeger-runtimes')

const parts = (target: Target) => {
  const { bun, engine } = RUNTIMES[target]
  const modules = join(CACHE, target, 'node_modules')
  return { target, bun: join(modules, bun, 'bin/bun'), engine: join(modules, engine, 'index.node') }
}

/** Whether the runtime and the engine of the target are installed. */
export function hasRuntime(target: Target): boolean {
  const { bun, engine } = parts(target)
  return existsSync(bun) && existsSync(engine)
}

/** Installs the runtime and the engine of the target. Returns their paths. Throws if they did not install. */
export async function otherRuntime(target: Target): Promise<{ target: Target; bun: string; engine: string }> {
  const folder = join(CACHE, target)
  mkdirSync(folder, { recursive: true })
  for (const name of ['package.json', 'bun.lock']) cpSync(join(import.meta.dir, 'runtimes', name), join(folder, name))
  const install = Bun.spawn(
    [process.execPath, 'install', '--frozen-lockfile', '--silent', '--os', 'linux', '--cpu', RUNTIMES[target].cpu],
    { cwd: folder, stdout: 'inherit', stderr: 'inherit' },
  )
  if ((await install.exited) !== 0 || !hasRuntime(target))
    throw new Error(`${RUNTIMES[target].bun} and ${RUNTIMES[target].engine} did not install`)
  return parts(target)
}
