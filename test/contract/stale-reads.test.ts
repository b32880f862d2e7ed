/** A copy of the database may be some seconds old (docs/scale.md), so nobody is let in, and nothing is changed, by what it says. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'

const ROOT = join(import.meta.dir, '../..')

/** Who may read from a copy, and why an old answer does no harm there. */
const USES: Record<string, string> = {
  'src/modules/stats/admin-routes.ts': 'readStats: counts for a person to look at',
  'src/modules/users/export-users.ts': 'exportUsers, without hashes: a list that is old when it has been read',
  'src/modules/audit-events/export-events.ts':
    'exportAuditEvents: pages of events that are minutes old, which do not change',
}
/** Who makes it and hands it out. */
const MAKERS = ['src/deps.ts', 'src/platform/deps.bun.ts', 'src/platform/deps.ts']

test('a copy of the database is read where this list says so, and nowhere else', async () => {
  const found: string[] = []
  for (const file of new Glob('{src,db}/**/*.{ts,tsx}').scanSync(ROOT))
    if (/\bstaleReads\b/.test(await Bun.file(join(ROOT, file)).text())) found.push(file)
  expect(found.sort()).toEqual([...Object.keys(USES), ...MAKERS].sort())
})
