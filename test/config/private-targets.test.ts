import { expect, test } from 'bun:test'
import { parseConfig } from '../../src/config.ts'

const ENV = { APP_SECRET: 'x'.repeat(32), APP_URL: 'https://id.example', MAIL_URL: 'smtps://mail.example' }

test('PRIVATE_TARGETS=allow is refused in production: strangers choose these URLs', () => {
  expect(parseConfig({ ...ENV, NODE_ENV: 'development', PRIVATE_TARGETS: 'allow' }).privateTargets).toBe(true)
  expect(parseConfig({ ...ENV, NODE_ENV: 'production' }).privateTargets).toBe(false)
  expect(() => parseConfig({ ...ENV, NODE_ENV: 'production', PRIVATE_TARGETS: 'allow' })).toThrow(/PRIVATE_TARGETS/)
})
