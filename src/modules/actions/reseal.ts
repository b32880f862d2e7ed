import type { BatchOfWork } from '../../core/feature.ts'
import { resealHookSecrets } from '../../core/hooks/secrets.ts'
import { actionsSealedUnder, resealAction } from './queries.ts'

/** After a change of APP_SECRET. What is in the memory of servers stays valid: each of them has both. */
export const resealActions: BatchOfWork = async (deps) => ({
  actionSecrets: await resealHookSecrets(
    deps,
    (prefix) => actionsSealedUnder(deps.db, prefix),
    (id, before, to) => resealAction(deps.db, id, before, to),
  ),
})
