/**
 * What a platform does on its own before our code is asked, as data: no case asks where it runs. A runtime that stands
 * nowhere here does what all of them do. docs/edge.md tells its users.
 */
export type Guarantee =
  | 'bytes that are no UTF-8 are malformed'
  | 'a WebSocket is opened'
  | 'public files are compressed by the server'

interface Exception {
  reason: string
  /** Statuses besides the usual one. */
  statuses?: readonly number[]
}

export const exceptions: Readonly<Record<string, Partial<Record<Guarantee, Exception>>>> = {
  workerd: {
    'public files are compressed by the server': {
      reason: 'Cloudflare compresses answers itself, by their type, where it is nearest to the client.',
    },
  },
  Lambda: {
    'bytes that are no UTF-8 are malformed': {
      reason:
        'API Gateway hands a JSON body over as text: bytes that are no UTF-8 arrive as U+FFFD, and what is left is judged by the schema.',
      statuses: [422],
    },
    'a WebSocket is opened': {
      reason: 'A function cannot keep a connection open. It is told to read server-sent events.',
      statuses: [501],
    },
  },
}

/** Whether nothing is said against it. */
export const holds = (runtime: string, guarantee: Guarantee): boolean => exceptions[runtime]?.[guarantee] === undefined

/** The usual status, and those the platform may send instead. */
export const accepted = (runtime: string, guarantee: Guarantee, usual: number): number[] => [
  usual,
  ...(exceptions[runtime]?.[guarantee]?.statuses ?? []),
]
