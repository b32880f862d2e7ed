/** Which URLs webhooks and actions may be sent to. An administrator chooses them, so they are checked when set and when sent. */
import type { Deps } from '../../deps.ts'
import { oncePer } from '../../lib/once-per.ts'
import { type Reach, reachFault } from '../../lib/public-addresses.ts'

/** What the variables of this server allow. */
export const hookReach = oncePer(
  ({ variables }: Deps['config']): Reach => ({
    privateTargets: variables.WEBHOOK_PRIVATE_TARGETS === 'allow',
    hosts: variables.WEBHOOK_HOSTS?.split(',').map((host) => host.trim()),
  }),
)

/**
 * Why a URL is no target, as the end of a sentence; undefined for one that is. It says nothing about what the name resolves to:
 * that is checked each time something is sent.
 */
export const hookUrlFault = ({ config, fetchPublic }: Pick<Deps, 'config' | 'fetchPublic'>, url: string) =>
  reachFault(url, hookReach(config), fetchPublic.unpinned !== true)
