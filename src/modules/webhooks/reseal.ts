import type { BatchOfWork } from '../../core/feature.ts'
import { resealHookSecrets } from '../../core/hooks/secrets.ts'
import { resealWebhook, webhooksSealedUnder } from './queries.ts'

/** After a change of APP_SECRET. */
export const resealWebhooks: BatchOfWork = async (deps, _now, limit) => ({
  webhookSecrets: await resealHookSecrets(
    deps,
    (prefix) => webhooksSealedUnder(deps.db, prefix, limit),
    (id, before, to) => resealWebhook(deps.db, id, before, to),
  ),
})
