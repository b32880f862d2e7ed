import type { Circumstances } from '../core/authz/model.ts'
import type { Clock } from '../deps.ts'
import { iso } from '../lib/iso-time.ts'
import type { CauseOf } from './cause.ts'

const ID_IN_PATH = /(?<=\/)[a-z]{3}_[0-9a-f]{32}(?=\/|$)/g

/** What a rule can know of a request. The resource is what the last id of the path names. */
export function circumstancesOf({ url, method }: Request, clock: Clock, cause: CauseOf | undefined): Circumstances {
  const { address, userAgent, requestId } = cause?.() ?? { address: null, userAgent: null, requestId: null }
  return {
    context: {
      time: iso(clock.now()),
      method,
      ...(address === null ? {} : { ip: address }),
      ...(userAgent === null ? {} : { userAgent }),
      ...(requestId === null ? {} : { requestId }),
    },
    resourceId: url.split(/[?#]/, 1)[0]?.match(ID_IN_PATH)?.at(-1) ?? null,
  }
}
