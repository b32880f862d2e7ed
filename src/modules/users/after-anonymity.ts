import type { Database } from '../../../db/database.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { endSessionsOfUser } from '../sessions/queries.ts'
import { insertRoles } from './queries.ts'
import { buryUntrusted, forgetKnownDevices } from './trust-queries.ts'

/**
 * What follows when an account stops being anonymous, if the event of it was written: it has the role everybody has, and
 * every session ends, because more can be done with the account now than when it was opened (ASVS 7.2.4): whoever planted
 * one, or has seen it, is left with nothing. Nor is there any passkey, app, code, device, known network or pending mail of before.
 */
export const afterAnonymity = (db: Database, userId: string, now: number, upgraded: NewEvent) =>
  [
    insertRoles(db, userId, ['user'], upgraded),
    endSessionsOfUser(db, userId, now, happened(upgraded)),
    forgetKnownDevices(db, userId, upgraded),
    ...buryUntrusted(db, userId, now, upgraded),
  ] as const
