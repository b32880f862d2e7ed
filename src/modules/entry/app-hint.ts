/**
 * The app to which a sign-in leads back, for a sentence of the page. Nobody checks the name that an app gives itself, so only that
 * of a client of the instance is shown; of every other client its host, which a stranger cannot choose, as at consent.
 */
import type { Deps } from '../../deps.ts'
import { openInteraction } from '../authorize/interaction.ts'
import { fromHeld, onceIn } from '../authorize/parameters.ts'
import { keptToItself } from '../authorize/text-direction.ts'
import { findStoredClient } from '../oauth-clients/client.ts'
import { isMetadataUrl } from '../oauth-clients/client-metadata.ts'
import { isVouchedFor } from '../oauth-clients/client-model.ts'
import { hostOf, matchesRedirectUri } from '../oauth-clients/redirect-uri.ts'

/** Its name or its host. Null: an app on this device, which has no host. */
export type App = string | null

/**
 * Undefined if the sign-in leads to no app, or to one that is not certain. No round trip for a client in memory, else one. It asks
 * no host of a stranger: everybody can open this page.
 */
export async function appOf(
  deps: Pick<Deps, 'config' | 'clock' | 'db' | 'principals'>,
  returnTo: string | undefined,
): Promise<App | undefined> {
  if (returnTo?.startsWith('/oauth/authorize?') !== true) return undefined
  const sealed = new URL(returnTo, deps.config.appUrl).searchParams.get('interaction')
  const interaction = sealed === null ? undefined : await openInteraction(deps, 'sign-in', sealed)
  if (interaction === undefined) return undefined
  const once = onceIn(fromHeld(interaction.parameters))
  const [id, redirectUri] = [once('client_id'), once('redirect_uri')]
  if (id === undefined || redirectUri === undefined) return undefined
  if (isMetadataUrl(id, deps.config.privateTargets)) return new URL(id).host
  const client = await findStoredClient(deps, id)
  // It may have changed since the request was checked.
  if (client === undefined || !matchesRedirectUri(client.redirectUris, redirectUri)) return undefined
  return isVouchedFor(client) ? keptToItself(client.name) : hostOf(redirectUri)
}
