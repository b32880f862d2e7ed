import type { Deps } from '../deps.ts'

/** `compress` of a process with `node:zlib`, which is loaded when a client first accepts a coding. */
export function compressLater(): NonNullable<Deps['compress']> {
  let made: Promise<NonNullable<Deps['compress']>> | undefined
  return async (...file) => {
    made ??= import('./compress.node.ts').then(({ createCompress }) => createCompress())
    return (await made)(...file)
  }
}
