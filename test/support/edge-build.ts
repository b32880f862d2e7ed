/**
 * What `bun run build:edge` makes of this source, built once for all test files. A build costs about 13 s of CPU, and ten files
 * need one. It is kept in `node_modules/.cache` under the hash of everything it is made of, so another source is another build.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'
import type { Metafile } from 'esbuild'
import { buildEdge, type EdgeTarget, partsFolder } from '../../src/build/edge.ts'

const ROOT = join(import.meta.dir, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/threeger-edge')

export interface EdgeBuild {
  folder: string
  metafiles: Record<EdgeTarget, Metafile>
}

let build: Promise<EdgeBuild> | undefined
/** The build of this source. Its files are shared: `copyBundle` gives files of one's own. */
export function edgeBuild(): Promise<EdgeBuild> {
  build ??= buildOnce()
  return build
}

/** Copies one bundle, with what it needs beside it, into a folder. Returns the path of the bundle. */
export async function copyBundle(target: EdgeTarget, folder: string): Promise<string> {
  const built = (await edgeBuild()).folder
  const wasm = target === 'cloudflare' ? ['argon2.wasm'] : []
  for (const name of [`${target}.js`, partsFolder(target), 'assets', 'package.json', ...wasm])
    cpSync(join(built, name), join(folder, name), { recursive: true })
  return join(folder, `${target}.js`)
}

/** The packages are in the lock file. */
function hashOfSource(): string {
  const files = [...new Glob('{src,db}/**/*').scanSync(ROOT), 'package.json', 'bun.lock', 'tsconfig.json']
  const hash = new Bun.CryptoHasher('sha256')
  for (const file of files.sort())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(ROOT, file)))
  return hash.update(Bun.version).digest('hex').slice(0, 32)
}

/** The first process that asks builds, and the others wait for it. */
async function buildOnce(): Promise<EdgeBuild> {
  const key = hashOfSource()
  const folder = join(CACHE, key)
  const result = join(folder, 'metafiles.json')
  while (!existsSync(result)) {
    if (!locked(`${folder}.lock`)) {
      await Bun.sleep(50)
      continue
    }
    try {
      for (const name of readdirSync(CACHE)) if (!name.startsWith(key)) rmSync(join(CACHE, name), { recursive: true })
      const metafiles = await buildEdge(folder)
      writeFileSync(`${result}.new`, JSON.stringify(metafiles))
      renameSync(`${result}.new`, result) // only a whole build has it
    } finally {
      rmSync(`${folder}.lock`, { force: true })
    }
  }
  return { folder, metafiles: JSON.parse(readFileSync(result, 'utf8')) } // written above
}

/** True when this process has the lock. The lock of a process that has ended is removed. */
function locked(file: string): boolean {
  mkdirSync(CACHE, { recursive: true })
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
    if (pid > 0 && !existsSync(`/proc/${pid}`)) rmSync(file, { force: true })
    return false
  }
}
