import { join } from 'node:path'
import type { CopyAnswer, CopyRequest, CopySource } from '../../../db/replica/keep-copy.ts'

export interface CopyProcess {
  readonly pid: number
  /** One update. Throws if it failed, took longer than `limitMs`, or the process ended. Then the copy must not be used again. */
  update(limitMs: number): Promise<void>
  /** SIGKILL, because the process may wait for a silent server. */
  end(): void
}

const PROGRAM = join(import.meta.dir, '../../../db/replica/keep-copy.ts')

/** The binary is one file, and its entry finds the program by a word. */
const command = (): string[] =>
  import.meta.dir.startsWith('/$bunfs/') ? [process.execPath, 'keep-copy'] : [process.execPath, PROGRAM]

/** Starts the process that keeps a copy of a libSQL server in a file. */
export function startCopyProcess(source: CopySource): CopyProcess {
  let heard: ((answer: CopyAnswer) => void) | undefined
  let request: CopyRequest = { source }
  const child = Bun.spawn({
    cmd: command(),
    stdio: ['ignore', 'ignore', 'ignore'],
    serialization: 'json',
    ipc: (answer: CopyAnswer) => heard?.(answer),
    onExit: () => heard?.({ failure: 'the process that keeps the copy ended' }),
  })
  child.unref()
  return {
    pid: child.pid,
    async update(limitMs) {
      const { failure } = await new Promise<CopyAnswer>((resolve) => {
        const late = setTimeout(() => resolve({ failure: `no update within ${limitMs} ms` }), limitMs)
        late.unref()
        heard = (answer) => {
          clearTimeout(late)
          resolve(answer)
        }
        if (child.exitCode !== null || child.signalCode !== null) heard({ failure: 'the process has ended' })
        else child.send(request)
      })
      request = 'update'
      if (failure !== undefined) throw new Error(failure)
    },
    end: () => child.kill('SIGKILL'),
  }
}
