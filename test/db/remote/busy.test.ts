/** A libSQL server that refuses a statement with SQLITE_BUSY while it writes its log back has written nothing. */
import { expect, test } from 'bun:test'
import { LibsqlError } from '@libsql/client/http'
import { openRemote } from '../../../db/remote.ts'

/** What sqld answers over Hrana to a pipeline of one statement and a `close`. */
const ok = { type: 'ok', response: { type: 'execute', result: { cols: [], rows: [], affected_row_count: 1 } } }
const refused = (code: string) => ({ type: 'error', error: { message: `${code}: refused`, code } })
const closed = { type: 'ok', response: { type: 'close' } }

/** A server that gives these answers in turn, and the last one from then on. */
function serverThatAnswers(...answers: unknown[]) {
  let asked = 0
  const fetch = async (request: Request): Promise<Response> => {
    if (request.method === 'GET') return new Response(null) // which version of the protocol it speaks
    const answer = answers[Math.min(asked++, answers.length - 1)]
    return Response.json({ baton: null, base_url: null, results: [answer, closed] })
  }
  const { client } = openRemote({ url: 'http://sqld.test', fetch, timeoutMs: 400 })
  return { client, asked: () => asked }
}

const write = 'UPDATE users SET name = 1'
const codeOf = (failed: Promise<unknown>) =>
  failed.then(
    () => undefined,
    (error: unknown) => (error instanceof LibsqlError ? error.code : error),
  )

test('a statement that is refused as busy is sent again until it is taken', async () => {
  const { client, asked } = serverThatAnswers(refused('SQLITE_BUSY'), refused('SQLITE_BUSY'), ok)
  expect((await client.execute(write)).rowsAffected).toBe(1)
  expect(asked()).toBe(3)
})

test('a server that stays busy is given up after the limit of a round trip', async () => {
  const { client, asked } = serverThatAnswers(refused('SQLITE_BUSY'))
  expect(await codeOf(client.execute(write))).toBe('SQLITE_BUSY')
  expect(asked()).toBeGreaterThan(2)
})

test('any other refusal is final', async () => {
  const { client, asked } = serverThatAnswers(refused('SQLITE_CONSTRAINT'), ok)
  expect(await codeOf(client.execute({ sql: write, args: [] }))).toBe('SQLITE_CONSTRAINT')
  expect(asked()).toBe(1)
})
