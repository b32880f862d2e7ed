/** DATABASE_REPLICA_PATH in a server of its own. */
import { afterAll, expect, setDefaultTimeout } from 'bun:test'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../support/sqld.ts'
import { cleanUp, environment, newFolder, type Server, startServer } from './support/server.ts'

setDefaultTimeout(300_000)

const sqldTest = testWith(await hasSqld(), 'sqld (test/parts)')
const begun: Sqld[] = []
afterAll(async () => {
  await cleanUp()
  for (const sqld of begun) await sqld.stop()
})

async function start(): Promise<{ server: Server; copies: string; child: number }> {
  const sqld = await startSqld()
  begun.push(sqld)
  const folder = newFolder()
  const copies = join(folder, 'copies')
  const server = await startServer(environment(folder, { DATABASE_URL: sqld.url, DATABASE_REPLICA_PATH: copies }))
  await server.output(/reads that may be old are answered by a copy/)
  const [child = ''] = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ')
  return { server, copies, child: Number(child) }
}

const folders = (copies: string) => readdirSync(copies).filter((name) => name.startsWith('copy-'))

/** A process that has ended and waits for its parent has no program. */
async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '') await Bun.sleep(10)
}

sqldTest('a server keeps a copy that other users cannot read, and removes it when it stops', async () => {
  const { server, copies, child } = await start()
  const [name = ''] = folders(copies)
  expect(readFileSync(`/proc/${child}/cmdline`, 'utf8')).toContain('keep-copy')
  for (const path of [copies, join(copies, name)]) expect(statSync(path).mode & 0o077, path).toBe(0)
  for (const file of readdirSync(join(copies, name)))
    expect(statSync(join(copies, name, file)).mode & 0o077, file).toBe(0)
  expect(await server.stop()).toBe(0)
  await gone(child)
  expect(folders(copies)).toEqual([])
})

sqldTest('the process of the copy ends with a server that was killed', async () => {
  const { server, child } = await start()
  server.kill('SIGKILL')
  await server.exited
  await gone(child)
})
