/** Holds the write lock of a file for some ms, as a careless tool would. Arguments: file, ms. */
import NativeDatabase from 'libsql'

const [file = '', ms = '0'] = process.argv.slice(2)
const native = new NativeDatabase(file, { timeout: 1000 })
native.exec('BEGIN IMMEDIATE')
process.stdout.write('held\n')
setTimeout(() => {
  native.exec('ROLLBACK')
  process.stdout.write('released\n')
  native.close()
}, Number(ms))
