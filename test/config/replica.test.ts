import { expect, test } from 'bun:test'
import { parseConfig } from '../../src/config.ts'
import { readEdgeConfig } from '../../src/platform/deps.edge.ts'

const APP_SECRET = 'test secret of more than thirty-two bytes'
const DATABASE_REPLICA_PATH = 'data/copies'

test('DATABASE_REPLICA_PATH is refused with a database file', () => {
  const inFile = { APP_SECRET, DATABASE_URL: 'file:data/app.db', DATABASE_REPLICA_PATH }
  expect(() => parseConfig(inFile)).toThrow(/^DATABASE_REPLICA_PATH: must be unset with a database file/)
  for (const DATABASE_URL of ['https://db.example.com', 'http://127.0.0.1:8080', 'libsql://db.example.com'])
    expect(parseConfig({ ...inFile, DATABASE_URL }).variables.DATABASE_REPLICA_PATH).toBe(DATABASE_REPLICA_PATH)
})

test('where only Bun could keep a copy, DATABASE_REPLICA_PATH stops the start and is named', () => {
  const env = { APP_SECRET, DATABASE_URL: 'https://db.example.com', MAIL_URL: 'console:' }
  expect(() => readEdgeConfig({ ...env, DATABASE_REPLICA_PATH })).toThrow(
    /^DATABASE_REPLICA_PATH: must be unset here: only Bun/,
  )
  expect(readEdgeConfig({ ...env, DATABASE_REPLICA_PATH: '' }).variables.DATABASE_REPLICA_PATH).toBeUndefined()
})
