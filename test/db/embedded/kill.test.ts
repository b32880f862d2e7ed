import { afterAll, expect, test } from 'bun:test'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { openEmbedded } from '../../../db/embedded.ts'
import { killChildren, startChild } from './support/child.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'
import { look, lookOne } from './support/look.ts'

afterAll(async () => {
  await killChildren()
  removeTempFolders()
})

const rounds = Number(process.env.KILL_ROUNDS ?? 12)
// Above every id a round can reach before it is killed.
const idsPerRound = 1_000_000

test(
  `kill -9 under writes, ${rounds} times: nothing acknowledged is lost and nothing is torn`,
  async () => {
    const file = join(tempFolder(), 'app.db')
    let acknowledgedInAll = 0
    for (let round = 0; round < rounds; round++) {
      const first = round * idsPerRound
      const writer = startChild('busy-writer.ts', file, String(first))
      await writer.line(String(first))
      // The moment is the point of the test: in the middle of the work of the writer.
      const delayMs = randomInt(0, 80)
      await Bun.sleep(delayMs)
      while (round === 0 && writer.lines.length <= rounds * 4) await Bun.sleep(1) // once, in the middle of many
      await writer.kill()

      const client = openEmbedded({ file })
      const stored = new Set(
        look(
          file,
          `SELECT id FROM single WHERE id >= ${first} UNION ALL SELECT id FROM left_half WHERE id >= ${first}`,
        ).map(([id]) => id),
      )
      const lost = writer.lines.map(Number).filter((id) => !stored.has(id))
      acknowledgedInAll += writer.lines.length
      expect({ round, delayMs, lost }).toEqual({ round, delayMs, lost: [] })
      expect(look(file, 'SELECT id FROM left_half EXCEPT SELECT id FROM right_half')).toEqual([])
      expect(look(file, 'SELECT id FROM right_half EXCEPT SELECT id FROM left_half')).toEqual([])
      expect(lookOne(file, 'PRAGMA integrity_check')).toBe('ok')
      client.close()
    }
    expect(acknowledgedInAll).toBeGreaterThan(rounds * 4)
  },
  rounds * 60_000,
)
