/** The second factors in the export of an account. It never contains a hash, or a secret that opens an account. */
import { sql } from 'drizzle-orm'
import { recoveryCodes, rememberedDevices, totpSecrets } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** Without the seed. Primary key. */
export const authenticatorAppRows: SectionRows = (userId, after, limit) =>
  sql`SELECT user_id AS "key", json_object('createdAt', created_at, 'confirmedAt', confirmed_at) AS item
      FROM ${totpSecrets} WHERE user_id = ${userId} AND user_id > ${after} ORDER BY user_id LIMIT ${limit}`

/** The times of the codes, without the codes. Primary key. */
export const recoveryCodeRows: SectionRows = (userId, after, limit) =>
  sql`SELECT hash AS "key", json_object('createdAt', created_at, 'usedAt', used_at) AS item
      FROM ${recoveryCodes} WHERE user_id = ${userId} AND hash > ${after} ORDER BY hash LIMIT ${limit}`

/** Index remembered_devices_user. */
export const rememberedDeviceRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('id', id, 'device', device, 'address', address, 'createdAt', created_at, 'lastUsedAt', last_used_at, 'expiresAt', expires_at) AS item
      FROM ${rememberedDevices} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`
