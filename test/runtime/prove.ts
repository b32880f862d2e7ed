/** Registers the suite for one runtime: one test a guarantee, one server and one sqld a file. */
import { afterAll, beforeAll, expect, setDefaultTimeout } from 'bun:test'
import { testWith } from '../support/real-parts.ts'
import { hasSqld } from '../support/sqld.ts'
import type { RuntimeServer, RuntimeServerOptions } from './servers/runtime-server.ts'
import type { RuntimeCase } from './case.ts'
import { suite } from './suite.ts'
import { startTools, type Tools } from './tools.ts'

interface Runtime {
  /** As it stands before the guarantee in the name of a test. */
  name: string
  has: () => Promise<boolean>
  /** For the reason of a skip. */
  part: string
  start: (options: RuntimeServerOptions) => Promise<RuntimeServer>
}

/** `await proveOn({ name: 'Bun', … })`: the whole of a `<runtime>.test.ts`. */
export async function proveOn({ name, has, part, start }: Runtime): Promise<void> {
  setDefaultTimeout(300_000) // a server on a machine that runs other tests too
  const present = (await hasSqld()) && (await has())
  const runtimeTest = testWith(present, `${part}, or sqld`)
  let tools: Tools

  beforeAll(async () => {
    if (present || process.env.CI) tools = await startTools(name, start)
  })
  afterAll(() => tools?.stop())

  const cases = Object.values(suite).flat()
  const outcomes: Promise<void>[] = []
  async function proveCase({ routes, run }: RuntimeCase): Promise<void> {
    tools.called.clear()
    await run(tools)
    // A case must call the routes that it claims to cover. Otherwise the coverage test would be wrong.
    for (const route of routes) expect([...tools.called].some(asks(route)), `${route} was not called`).toBeTrue()
  }
  /** Begins a case once; its outcome is kept. */
  function proved(index: number, one: RuntimeCase): Promise<void> {
    const outcome = outcomes[index] ?? proveCase(one)
    outcomes[index] = outcome
    return outcome
  }
  for (const [index, one] of cases.entries())
    runtimeTest(`${name}: ${one.guarantee}`, async () => {
      // In the order of the suite, also when the tests run in another order: the outage cannot be undone.
      for (const [earlier, before] of cases.slice(0, index).entries()) await proved(earlier, before).catch(() => {})
      await proved(index, one)
    })
}

/** True for a call of the route: `POST /v1/users/:id/disable`. */
function asks(route: string): (called: string) => boolean {
  const pattern = new RegExp(`^${route.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}$`)
  return (called) => pattern.test(called.replace(/\?.*/, ''))
}
