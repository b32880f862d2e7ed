/** What a server prints must never end it. */
import process from 'node:process'

/**
 * From here on an output that cannot be written (the disk of the log is full, its reader is gone) loses lines and nothing
 * else: without a listener the stream's error ends the process, requests in flight and all. Each later line is tried again.
 */
export function outliveOutputs(): void {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined)
}
