/** A disk that fails on demand under a real process: see `failing-disk.c`. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface FailingDisk {
  /** For the process whose disk it is. */
  env: { LD_PRELOAD: string; FAILING_DISK: string }
  /** From now on these calls on files whose path holds `path` fail with this errno. */
  fail(calls: string, errno: keyof typeof numbers, path: string): void
  heal(): void
}

const numbers = { EIO: 5, ENOSPC: 28, EROFS: 30, EDQUOT: 122 }

/** Compiles it into `folder`; undefined where there is no Linux or no C compiler. */
export function buildFailingDisk(folder: string): FailingDisk | undefined {
  const library = join(folder, 'failing-disk.so')
  if (process.platform !== 'linux' || Bun.which('cc') === null) return undefined
  const source = join(import.meta.dir, 'failing-disk.c')
  const built = Bun.spawnSync(['cc', '-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { stderr: 'ignore' })
  if (!built.success) return undefined
  const control = join(folder, 'fault')
  return {
    env: { LD_PRELOAD: library, FAILING_DISK: control },
    fail: (calls, errno, path) => writeFileSync(control, `${calls} ${numbers[errno]} ${path}\n`),
    heal: () => rmSync(control, { force: true }),
  }
}
