/**
 * `bun run db:generate [--name NAME] [--custom]`: writes the next migration from the tables.
 * drizzle-kit does not support STRICT tables. Without STRICT, SQLite would store 'abc' in an INTEGER column. So this script
 * adds STRICT to every new CREATE TABLE. It never changes existing migrations.
 */
import { readdirSync } from 'node:fs'

const folder = 'db/migrations'
const listMigrations = () => new Set(readdirSync(folder).filter((name) => name.endsWith('.sql')))

const before = listMigrations()
const kit = Bun.spawnSync(['bunx', 'drizzle-kit', 'generate', ...Bun.argv.slice(2)], {
  stdout: 'inherit',
  stderr: 'inherit',
})
if (kit.exitCode !== 0) process.exit(kit.exitCode)

for (const name of listMigrations().difference(before)) {
  const path = `${folder}/${name}`
  const sql = await Bun.file(path).text()
  await Bun.write(path, sql.replace(/(CREATE TABLE [^;]*\))(;)/g, '$1 STRICT$2'))
}
