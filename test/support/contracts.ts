/** The contracts of all features (`test/support/contract.ts`). */
import { join } from 'node:path'
import { Glob } from 'bun'
import type { Contract } from './contract.ts'

const MODULES = join(import.meta.dir, '../modules')
const folders = [...new Glob('*/contract.ts').scanSync(MODULES)].map((file) => file.split('/')[0] ?? '')

/** By the name of the feature. Set-up is first, because it makes the administrator whom the others need. */
export const contracts: ReadonlyMap<string, Contract> = new Map(
  await Promise.all(
    ['setup', ...folders.filter((name) => name !== 'setup').sort()].map(async (name) => {
      const { contract } = (await import(join(MODULES, name, 'contract.ts'))) as { contract: Contract }
      return [name, contract] as const
    }),
  ),
)
