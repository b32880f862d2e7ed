/** Which events an endpoint gets: types, `noun.*`, or `*`. */
import { isOfOrgs } from '../../core/events/org-nouns.ts'
import { eventTypes } from '../../declared.ts'
import { problem } from '../../errors.ts'

/** What `*` means: an organisation gets what it can read in its audit log, the instance everything. */
const typesFor = (orgId: string | null): readonly string[] =>
  orgId === null ? eventTypes : eventTypes.filter(isOfOrgs)

const nounOf = (type: string): string => type.slice(0, type.indexOf('.') + 1)

/** The patterns of `*`: of the instance every type, also of later releases. */
export const everyPattern = (orgId: string | null): string[] =>
  orgId === null ? ['*'] : [...new Set(typesFor(orgId).map((type) => `${nounOf(type)}*`))].sort()

/**
 * The GLOB patterns that the trigger `events_deliver` compares. Throws `request.invalid` for what names no event, and for what
 * an organisation may not read.
 */
export function patternsOf(events: readonly string[], orgId: string | null): string[] {
  const known = typesFor(orgId)
  const wrong = events.flatMap((wanted, at) =>
    wanted === '*' || known.some((type) => type === wanted || `${nounOf(type)}*` === wanted) ? [] : [at],
  )
  if (wrong.length > 0)
    throw problem('request.invalid', {
      errors: wrong.map((at) => ({
        path: `/events/${at}`,
        message:
          orgId === null
            ? 'Expected a type of event, such as user.created, or user.*, or *'
            : 'Expected a type of event that an organisation can read, such as member.added, or member.*, or *',
      })),
    })
  return events.includes('*') ? everyPattern(orgId) : [...new Set(events)].sort()
}
