/** Where the parameters of a request are: in the request itself, in an interaction, or pushed. */
import { commit } from '../../core/events/commit.ts'
import type { Deps } from '../../deps.ts'
import type { PublishedBranding } from '../branding/queries.ts'
import { type Grant, grantQuery } from '../grants/queries.ts'
import { consumePushed } from '../par/queries.ts'
import { hashOfRequestUri, isOwnRequestUri } from '../par/request-uri.ts'
import type { Asked } from './authorize.ts'
import { type Interaction, openInteraction, type Waiting } from './interaction.ts'
import { fromHeld, knownIn, onceIn } from './parameters.ts'
import { type Ahead, readAhead } from './read-ahead.ts'
import { Unanswerable } from './recipient.ts'

export interface Found {
  asked: Asked
  /** What the person has allowed the client. */
  grant: Grant | undefined
  branding?: PublishedBranding | undefined
}

/**
 * Finds the parameters, and reads the rest of the request in one round trip: see `readAhead`. Throws `Unanswerable`.
 */
export async function findRequest(deps: Deps, given: URLSearchParams, userId: string | undefined): Promise<Found> {
  const sealed = given.get('interaction')
  if (sealed !== null) return resume(deps, await openedFor(deps, 'sign-in', sealed), userId)
  const posted = given.get('form')
  if (posted !== null) return afresh(deps, await openedFor(deps, 'form', posted), userId)
  const source = knownIn(given)
  const requestUri = onceIn(source)('request_uri')
  if (requestUri !== undefined && isOwnRequestUri(requestUri)) return usePushed(deps, source, requestUri, userId)
  const asked: Asked = { source, pushed: false, progress: { resumed: undefined, consented: undefined } }
  return { asked, ...(await readOf(deps, source, userId)) }
}

/** The same for an interaction that was opened. `shows`: a page shows the client. */
export async function resume(
  deps: Deps,
  interaction: Interaction,
  userId: string | undefined,
  shows = false,
): Promise<Found> {
  const source = fromHeld(interaction.parameters)
  const asked: Asked = {
    source,
    pushed: interaction.pushed,
    progress: { resumed: interaction, consented: undefined },
  }
  return { asked, ...(await readOf(deps, source, userId, shows)) }
}

/** A request that has just begun with a form. */
async function afresh(deps: Deps, interaction: Interaction, userId: string | undefined): Promise<Found> {
  const { asked, grant } = await resume(deps, interaction, userId)
  return { asked: { ...asked, progress: { resumed: undefined, consented: undefined } }, grant }
}

export async function openedFor(deps: Deps, waiting: Waiting, sealed: string): Promise<Interaction> {
  const interaction = await openInteraction(deps, waiting, sealed)
  if (interaction === undefined)
    throw new Unanswerable('expired', `the interaction (${waiting}) is not ours, or too old`)
  return interaction
}

async function readOf(deps: Deps, source: URLSearchParams, userId: string | undefined, shows = false): Promise<Ahead> {
  const clientId = onceIn(source)('client_id')
  if (clientId === undefined) return { grant: undefined }
  return readAhead(deps, { userId, clientId, resources: source.getAll('resource'), shows })
}

/**
 * Uses the pushed request up, in the batch that reads the grant. It works once (RFC 9126 §4); from then on the interaction
 * has its parameters. Those of the URL are ignored, apart from `client_id`.
 */
async function usePushed(
  deps: Deps,
  source: URLSearchParams,
  requestUri: string,
  userId: string | undefined,
): Promise<Found> {
  const { db, clock } = deps
  const clientId = onceIn(source)('client_id')
  const hash = await hashOfRequestUri(requestUri)
  if (clientId === undefined || hash === undefined)
    throw new Unanswerable('request', 'request_uri is not ours, or client_id is missing')
  const { pushed, grants } = await commit(deps, {
    pushed: consumePushed(db, { hash, clientId, now: clock.now() }),
    grants: userId === undefined ? undefined : grantQuery(db, { userId, clientId }),
  })
  const [found] = pushed
  if (found === undefined)
    throw new Unanswerable('request', 'request_uri is unknown, was used, is too old, or belongs to another client')
  const asked: Asked = {
    source: fromHeld(found.parameters),
    pushed: true,
    progress: { resumed: undefined, consented: undefined },
  }
  return { asked, grant: grants?.[0] }
}
