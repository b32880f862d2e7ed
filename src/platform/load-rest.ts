import type { Deps } from '../deps.ts'

/** After the first answers. */
export const LOAD_REST_MS = 1000

/**
 * Loads every feature that no request has asked for. A process that runs for long does this soon after its start. Later an
 * update may replace or remove the files that it would import. A feature that cannot be loaded is logged, and the next request
 * for it tries again. Never throws.
 */
export async function loadRest(
  { log, accepting }: Pick<Deps, 'log' | 'accepting'>,
  app: { allRoutes(): Promise<unknown> },
): Promise<void> {
  if (!accepting()) return
  try {
    await app.allRoutes()
  } catch (cause) {
    log.warning('a feature could not be loaded', { cause })
  }
}
