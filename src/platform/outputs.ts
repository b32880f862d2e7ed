/** A failed write to stdout or stderr must never end a server. */
import process from 'node:process'

/**
 * After this call, an output that cannot be written (the disk of the log is full, its reader is gone) loses only its lines.
 * Without a listener the error of the stream ends the process, with its requests in flight. Each later line is tried again.
 */
export function outliveOutputs(): void {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined)
}
