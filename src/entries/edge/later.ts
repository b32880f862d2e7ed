/** What the entries load when it is first needed: neither is wanted by most first answers. */

import type { Deps, Passwords } from '../../deps.ts'
import type { JobReport, WhichJobs } from '../../jobs.ts'
import type { WasmPasswordOptions } from '../../platform/passwords/passwords.wasm.ts'
import { passwordsLater } from '../../platform/passwords/passwords-later.ts'

export const wasmPasswords = (options?: WasmPasswordOptions): Passwords =>
  passwordsLater(async () => {
    const [{ createWasmPasswords }, { default: argon2 }] = await Promise.all([
      import('../../platform/passwords/passwords.wasm.ts'),
      import('@phi-ag/argon2/argon2.wasm'),
    ])
    return createWasmPasswords(argon2, options)
  })

export const runJobs = async (deps: Deps, which?: WhichJobs): Promise<JobReport> =>
  (await import('../../jobs.ts')).runJobs(deps, which)
