import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'
import { withResolvers } from '../../src/lib/with-resolvers.ts'

test('the functions settle the promise, once', async () => {
  const kept = withResolvers<number>()
  kept.resolve(1)
  kept.reject(new Error('too late'))
  expect(await kept.promise).toBe(1)

  const failed = withResolvers<number>()
  failed.reject(new Error('no'))
  await expect(failed.promise).rejects.toThrow('no')
})

test('no source asks for what Node 20 lacks', async () => {
  const src = join(import.meta.dir, '../../src')
  const lacking =
    /\bPromise\.(?:withResolvers|try)\(|\b(?:Object|Map)\.groupBy\(|\bArray\.fromAsync\(|\bURL\.parse\(|\bRegExp\.escape\(/
  const found: string[] = []
  for await (const path of new Glob('**/*.ts').scan(src))
    if (!/\.bun\.ts$|^build\//.test(path) && lacking.test(await Bun.file(join(src, path)).text())) found.push(path)
  expect(found).toEqual([])
})
