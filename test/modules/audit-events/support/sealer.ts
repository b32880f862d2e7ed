/** A process that seals a database link by link, and says so after each: `bun sealer.ts DATABASE_URL`. To be killed. */
import { openDatabase } from '../../../../db/client.ts'
import { parseConfig } from '../../../../src/config.ts'
import { sealEvents } from '../../../../src/modules/audit-events/seal-events.ts'
import { createPrincipalCache } from '../../../../src/platform/principal-cache.ts'
import { createRandom } from '../../../../src/platform/random.ts'

const [url = '', secret = ''] = process.argv.slice(2)
const config = parseConfig({ NODE_ENV: 'test', APP_URL: 'https://api.test', APP_SECRET: secret, DATABASE_URL: url })
const { db } = openDatabase({ url })
const clock = { now: () => Date.now() }
const principals = createPrincipalCache({ maxEntries: 1, ttlMs: 0, clock })
const deps = { config, db, clock, random: createRandom(clock), principals }
for (let links = 1; links > 0; ) {
  links = (await sealEvents(deps, clock.now(), 20)).links
  process.stdout.write(`sealed ${links}\n`)
}
process.exit(0)
