/** Writes without pause and prints the id of every acknowledged write, until it is killed. Arguments: file, first id. */
import { writeSync } from 'node:fs'
import { openEmbedded } from '../../../../db/embedded.ts'

const [file = '', first = '0'] = process.argv.slice(2)
const client = openEmbedded({ file })
await client.execute('CREATE TABLE IF NOT EXISTS single (id INTEGER PRIMARY KEY) STRICT')
await client.execute('CREATE TABLE IF NOT EXISTS left_half (id INTEGER PRIMARY KEY) STRICT')
await client.execute('CREATE TABLE IF NOT EXISTS right_half (id INTEGER PRIMARY KEY) STRICT')

async function write(id: number): Promise<void> {
  if (id % 3 === 0) {
    await client.batch(
      [
        { sql: 'INSERT INTO left_half VALUES (?)', args: [id] },
        { sql: 'INSERT INTO right_half VALUES (?)', args: [id] },
      ],
      'write',
    )
  } else if (id % 12 === 1) {
    const transaction = await client.transaction('write')
    await transaction.execute({ sql: 'INSERT INTO left_half VALUES (?)', args: [id] })
    await transaction.execute({ sql: 'INSERT INTO right_half VALUES (?)', args: [id] })
    await transaction.commit()
  } else {
    await client.execute({ sql: 'INSERT INTO single VALUES (?)', args: [id] })
  }
  // Synchronous: what is printed was acknowledged before.
  writeSync(1, `${id}\n`)
}

// Together, so that most of them share a commit; now and then a transaction stands between them.
for (let id = Number(first); ; id += 16) await Promise.all(Array.from({ length: 16 }, (_, n) => write(id + n)))
