import type { Database } from '../../../db/database.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { endSessionsOfUser } from '../sessions/queries.ts'
import { insertRoles } from './queries.ts'
import { buryUntrusted, forgetKnownDevices } from './trust-queries.ts'

/**
 * The steps that follow when an account stops being anonymous, if the event for it was written. The account gets the
 * role `user`. Every session ends, because the account can now do more than when the session was opened (ASVS 7.2.4).
 * A person who planted or saw a session cannot use it any more. Earlier passkeys, apps, codes, devices, known
 * networks and pending mails are removed too.
 */
export const afterAnonymity = (db: Database, userId: string, now: number, upgraded: NewEvent) =>
  [
    insertRoles(db, userId, ['user'], upgraded),
    endSessionsOfUser(db, userId, now, happened(upgraded)),
    forgetKnownDevices(db, userId, upgraded),
    ...buryUntrusted(db, userId, now, upgraded),
  ] as const
