import type { Deps } from '../deps.ts'
import { later } from './later.ts'

/** `fetchPublic` of a process with `node:https`, which is loaded with the first request. */
export const publicFetchLater = (options: { privateTargets: boolean }): Deps['fetchPublic'] =>
  later(() => import('./public-fetch.node.ts').then(({ createPublicFetch }) => createPublicFetch(options)))
