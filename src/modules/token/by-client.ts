import type { Cause } from '../../core/events/queries.ts'
import type { Client } from '../oauth-clients/client.ts'

/** The cause of an event that a client makes happen for a person, or for itself. */
export const byClient = (cause: Cause, { id, orgId }: Pick<Client, 'id' | 'orgId'>, userId: string | null): Cause => ({
  ...cause,
  actorId: id,
  orgId: userId === null ? orgId : null,
  actingFor:
    userId === null
      ? null
      : [
          { kind: 'client', id },
          { kind: 'user', id: userId },
        ],
})
