/** Opens a file and stays. Prints `open`, or `refused <code> <message>` and ends. Arguments: file, user id (optional). */
import { DatabaseOpenError, openEmbedded } from '../../../../db/embedded.ts'

const [file = '', uid] = process.argv.slice(2)
if (uid !== undefined) process.setuid?.(Number(uid))
try {
  openEmbedded({ file })
  process.stdout.write('open\n')
  setInterval(() => {}, 60_000)
} catch (error) {
  if (!(error instanceof DatabaseOpenError)) throw error
  process.stdout.write(`refused ${error.code} ${error.message}\n`)
}
