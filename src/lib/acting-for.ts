/** One actor of an acting-for chain. This server made the id. It is a pseudonym, so the audit log may hold it. */
export interface ChainedActor {
  kind: string
  id: string
}

/**
 * The acting-for chain: first the current actor, then the actors before it, last the principal for which all of them
 * act. In the terms of RFC 8693 §4.1: the outermost `act`, the nested `act` claims in their order, then `sub`.
 */
export type ActingFor = readonly [ChainedActor, ChainedActor, ...ChainedActor[]]

/** The chain of a session: its user, and the administrator who uses it in the place of the user. Null without one. */
export const impersonation = ({
  userId,
  impersonatorId,
}: {
  userId: string
  impersonatorId: string | null
}): ActingFor | null =>
  impersonatorId === null
    ? null
    : [
        { kind: 'user', id: impersonatorId },
        { kind: 'user', id: userId },
      ]
