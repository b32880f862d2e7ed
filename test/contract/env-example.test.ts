import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { Environment, parseConfig } from '../../src/config.ts'
import { envExample } from '../../src/build/env-example.ts'

const committed = await Bun.file(join(import.meta.dir, '../../.env.example')).text()

test('.env.example is what `bun run env:example` writes', () => {
  expect(committed).toBe(envExample())
})

test('.env.example names every variable once, with a description', () => {
  const named = [...committed.matchAll(/^# \S.*\n#([A-Z_]+)=/gm)].map(([, name]) => name)
  expect(named).toEqual(Object.keys(Environment.properties))
})

test('.env.example with every line switched on is the configuration without it', () => {
  const lines = [...committed.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value] as const)
  const secret = { APP_SECRET: 'a secret of more than thirty-two bytes' }
  expect(parseConfig({ ...Object.fromEntries(lines), ...secret })).toEqual(parseConfig(secret))
})
