import type { Deps } from '../deps.ts'
import { later } from './later.ts'

/** `compress` of a process with `node:zlib`, which is loaded when a client first accepts a coding. */
export const compressLater = (): NonNullable<Deps['compress']> =>
  later(() => import('./compress.node.ts').then(({ createCompress }) => createCompress()))
