import { describe, expect, test } from 'bun:test'
import { DrizzleQueryError } from 'drizzle-orm'
import { problem } from '../../src/errors.ts'
import { storageProblem, uniqueViolation } from '../../src/lib/database-errors.ts'

const failure = (message: string, code?: string) =>
  Object.assign(new Error(message), code === undefined ? {} : { code })

describe('uniqueViolation', () => {
  test('names the column, in the words of a file and of a server, however deep', () => {
    for (const error of [
      failure('UNIQUE constraint failed: users.email_key', 'SQLITE_CONSTRAINT'),
      failure('SQLITE_CONSTRAINT: SQLite error: UNIQUE constraint failed: users.email_key'),
      new DrizzleQueryError('insert', ['x'], failure('UNIQUE constraint failed: users.email_key')),
      new Error('outer', { cause: failure('UNIQUE constraint failed: users.email_key, users.id') }),
    ])
      expect(uniqueViolation(error)).toBe('users.email_key')
  })

  test('is undefined for everything else', () => {
    for (const error of [
      failure('NOT NULL constraint failed: users.name'),
      failure('x'),
      'UNIQUE constraint failed: a.b',
      null,
    ])
      expect(uniqueViolation(error)).toBeUndefined()
  })
})

describe('storageProblem', () => {
  test.each([
    ['database or disk is full', 'SQLITE_FULL', 'server.storage_full'],
    ['database is locked', 'SQLITE_BUSY', 'server.unavailable'],
    ['disk I/O error', 'SQLITE_IOERR_WRITE', 'server.unavailable'],
    ['a flush that failed', 'SQLITE_IOERR_FSYNC', 'server.unavailable'],
    ['disk I/O error, of a server', 'SQLITE_IOERR', 'server.unavailable'],
    ['file is not a database', 'SQLITE_NOTADB', 'server.unavailable'],
    ['database disk image is malformed', 'SQLITE_CORRUPT', 'server.unavailable'],
    ['damage in an index', 'SQLITE_CORRUPT_INDEX', 'server.unavailable'],
    ['unable to open database file', 'SQLITE_CANTOPEN', 'server.unavailable'],
    ['the file moved', 'SQLITE_READONLY_DBMOVED', 'server.unavailable'],
    ['the file was deleted', 'DATABASE_MOVED', 'server.unavailable'],
    ['attempt to write a readonly database', 'SQLITE_READONLY', 'server.unavailable'],
    ['did not answer within 1500 ms', 'REMOTE_TIMEOUT', 'server.unavailable'],
    ['cannot be reached or cut the connection', 'REMOTE_UNREACHABLE', 'server.unavailable'],
    ['refused the token of the database', 'REMOTE_REFUSED', 'server.unavailable'],
    ['wait already', 'REMOTE_BUSY', 'server.unavailable'],
    ['Server returned HTTP status 404', 'SERVER_ERROR', 'server.unavailable'],
    ['unexpected end of the answer', 'HRANA_PROTO_ERROR', 'server.unavailable'],
    ['The client is closed', 'CLIENT_CLOSED', 'server.unavailable'],
  ])('%s (%s) is %s', (message, code, expected) => {
    expect(storageProblem(failure(message, code))?.code).toBe(expected as never) // a code of the catalogue, compared as text
    expect(storageProblem(new DrizzleQueryError('select', [], failure(message, code)))?.code).toBe(expected as never)
  })

  test('a bug is not reported as a storage failure, with any text in its message', () => {
    for (const error of [
      failure('UNIQUE constraint failed: users.email_key', 'SQLITE_CONSTRAINT'),
      failure("Cannot read properties of undefined (reading 'id')"),
      failure('REMOTE_TIMEOUT SQLITE_BUSY socket disk is full'),
      failure('a foreign host', 'ECONNREFUSED'),
      new DOMException('a foreign host', 'TimeoutError'),
      failure('x', 'NOT_REMOTE_TIMEOUT'),
      failure('no such table: events', 'SQLITE_ERROR'),
      problem('user.not_found'),
      'SQLITE_BUSY',
      undefined,
    ])
      expect(storageProblem(error)).toBeUndefined()
  })

  test('the parameters of a query cannot make a bug look like a lack of storage', () => {
    const cause = failure('no such table: events', 'SQLITE_ERROR')
    for (const text of ['SQLITE_BUSY', 'socket', 'disk is full', 'fetch failed', 'AbortError'])
      expect(storageProblem(new DrizzleQueryError('insert', [text], cause))).toBeUndefined()
  })
})
