/** A database of this release, closed. */
import { openDatabase } from '../../../../db/client.ts'
import { migrateDatabase } from '../../../../db/migrate.ts'

export async function migrated(file: string): Promise<string> {
  const { db, close } = openDatabase({ url: `file:${file}` })
  await migrateDatabase(db)
  close()
  return file
}
