/** Holds the write lock of a file until SIGUSR2, as a careless tool would. Argument: the file. */
import NativeDatabase from 'libsql'

const [file = ''] = process.argv.slice(2)
const native = new NativeDatabase(file, { timeout: 1000 })
native.exec('BEGIN IMMEDIATE')
const held = setInterval(() => {}, 60_000)
process.on('SIGUSR2', () => {
  native.exec('ROLLBACK')
  native.close()
  clearInterval(held)
})
process.stdout.write('held\n')
