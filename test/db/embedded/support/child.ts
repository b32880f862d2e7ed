/** Real processes, spoken to line by line and ended by their pid. */
import { join } from 'node:path'
import type { Subprocess } from 'bun'

const children = new Set<Child>()

export interface Child {
  readonly pid: number
  /** Every complete line written so far. */
  readonly lines: readonly string[]
  /** Waits for a line that begins with `prefix`; fails when the process ends without one. */
  line(prefix: string): Promise<string>
  kill(signal?: NodeJS.Signals): Promise<void>
  readonly exited: Promise<number>
}

/** Starts `support/<script>` with Bun. */
export function startChild(script: string, ...args: string[]): Child {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, script), ...args], {
    stdout: 'pipe',
    stderr: 'inherit',
    stdin: 'ignore',
  })
  const lines: string[] = []
  const state = { ended: false, waiting: [] as (() => void)[] }
  const wake = () => {
    for (const resolve of state.waiting.splice(0)) resolve()
  }
  const reading = readLines(child, (line) => {
    lines.push(line)
    wake()
  }).finally(() => {
    state.ended = true
    wake()
  })
  const handle: Child = {
    pid: child.pid,
    lines,
    exited: child.exited,
    async line(prefix) {
      for (;;) {
        const found = lines.find((line) => line.startsWith(prefix))
        if (found !== undefined) return found
        if (state.ended) throw new Error(`${script} ended without "${prefix}": ${lines.join(' | ')}`)
        await new Promise<void>((resolve) => state.waiting.push(resolve))
      }
    },
    async kill(signal = 'SIGKILL') {
      child.kill(signal)
      await Promise.all([child.exited, reading])
      children.delete(handle)
    },
  }
  children.add(handle)
  return handle
}

/** For `afterAll`: ends what a failed test left behind. */
export async function killChildren(): Promise<void> {
  await Promise.all([...children].map((child) => child.kill()))
}

async function readLines(child: Subprocess<'ignore', 'pipe', 'inherit'>, onLine: (line: string) => void) {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of child.stdout) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    // The part after the last newline may be half a line: a killed process never finishes it.
    rest = parts.pop() ?? ''
    for (const part of parts) onLine(part)
  }
}
