/** One actor of an acting-for chain. The id is one that this service made: a pseudonym, so it may stand in the audit log. */
export interface ChainedActor {
  kind: string
  id: string
}

/**
 * Who acts for whom: the current actor first, then the actors before it, last the one for whom all of them act. In the
 * terms of RFC 8693 §4.1: the outermost `act`, the nested `act` claims in their order, then `sub`.
 */
export type ActingFor = readonly [ChainedActor, ChainedActor, ...ChainedActor[]]
