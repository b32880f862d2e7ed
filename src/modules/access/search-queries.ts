import type { Database } from '../../../db/database.ts'
import { appPermissions } from '../../../db/tables/index.ts'

/** The permissions that applications registered. Primary key. */
export const registeredPermissions = (db: Database, limit: number) =>
  db.select({ name: appPermissions.name }).from(appPermissions).orderBy(appPermissions.name).limit(limit)
