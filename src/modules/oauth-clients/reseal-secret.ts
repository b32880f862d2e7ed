import { commit, recorded } from '../../core/events/commit.ts'
import { systemEvent } from '../../core/events/new-event.ts'
import type { Deps } from '../../deps.ts'
import type { ClientSecret } from './client-model.ts'
import { sealSecret } from './client-secrets.ts'
import { resealSecret } from './queries.ts'

/**
 * Stores a secret that was just used with the key of the current APP_SECRET, so the earlier one can be forgotten. Only its use
 * tells the server what it is.
 */
export async function storeUnderCurrentKey(
  deps: Pick<Deps, 'config' | 'db' | 'principals' | 'clock' | 'random'>,
  clientId: string,
  secret: ClientSecret,
  text: string,
): Promise<void> {
  const sealed = await sealSecret(deps, clientId, text)
  const event = systemEvent(deps, 'oauth_client.secret_resealed', { clientId, secretId: secret.id })
  await commit(deps, { resealed: recorded(resealSecret(deps.db, secret, sealed), event, [clientId]) })
}
