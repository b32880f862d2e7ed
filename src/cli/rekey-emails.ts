/** The second half of `bun run db:migrate`: what SQL cannot, for there is no UTS 46 in it. In one go, however long it takes. */
import { openDatabase } from '../../db/client.ts'
import type { PrincipalCache } from '../deps.ts'
import { rekeyEmails } from '../modules/users/rekey-emails.ts'
import { readConfig } from '../platform/environment.ts'
import { program } from './program.ts'

const nobodyIsCached: PrincipalCache = {
  get: () => undefined,
  load: (_, load) => load(),
  forgetUser: () => undefined,
  forgetAll: () => undefined,
}

const config = readConfig()
const { db, close } = openDatabase({ url: config.databaseUrl, authToken: config.databaseAuthToken })
try {
  const { changed, sharing } = await rekeyEmails({ db, principals: nobodyIsCached }, () => true)
  if (changed > 0) process.stdout.write(`Addresses kept by the rule of this release from now on: ${changed}.\n`)
  if (sharing > 0)
    process.stdout.write(
      `Accounts that share a mailbox with another one: ${sharing}. They are listed by: ${program} users collisions\n`,
    )
} finally {
  close()
}
