/** Runs a script and reports its CPU time when the parent process asks. Argument: the script. */
import { join } from 'node:path'
import type { CpuUse } from '../children.ts'

const inMs = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000

process.on('message', () => {
  const use: CpuUse = { all: inMs(process.cpuUsage()), main: inMs(process.threadCpuUsage()) }
  process.send?.(use)
})
await import(join(import.meta.dir, '../..', Bun.argv[2] ?? ''))
