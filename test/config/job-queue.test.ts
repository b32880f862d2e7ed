import { expect, test } from 'bun:test'
import { parseConfig } from '../../src/config.ts'
import { readEdgeConfig } from '../../src/platform/deps.edge.ts'

const APP_SECRET = 'test secret of more than thirty-two bytes'

test('JOB_QUEUE=bullmq needs REDIS_URL, and is table without it', () => {
  expect(() => parseConfig({ APP_SECRET, JOB_QUEUE: 'bullmq' })).toThrow(/^REDIS_URL: is missing: JOB_QUEUE=bullmq/)
  const REDIS_URL = 'redis://127.0.0.1:6379'
  expect(parseConfig({ APP_SECRET, REDIS_URL, JOB_QUEUE: 'bullmq' }).variables.JOB_QUEUE).toBe('bullmq')
  expect(parseConfig({ APP_SECRET, REDIS_URL }).variables.JOB_QUEUE).toBe('table')
})

test('where only Bun could speak to Redis, JOB_QUEUE=bullmq stops the start and is named', () => {
  const env = { APP_SECRET, DATABASE_URL: 'https://db.example.com', JOB_QUEUE: 'bullmq', MAIL_URL: 'console:' }
  expect(() => readEdgeConfig(env)).toThrow(/JOB_QUEUE: must be unset or table here/)
  expect(readEdgeConfig({ ...env, JOB_QUEUE: 'table' }).variables.JOB_QUEUE).toBe('table')
})
