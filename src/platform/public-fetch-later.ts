import type { Deps } from '../deps.ts'

/** `fetchPublic` of a process with `node:https`, which is loaded with the first request. */
export function publicFetchLater(options: { privateTargets: boolean }): Deps['fetchPublic'] {
  let made: Promise<Deps['fetchPublic']> | undefined
  return async (url, request) => {
    made ??= import('./public-fetch.node.ts').then((file) => file.createPublicFetch(options))
    return (await made)(url, request)
  }
}
