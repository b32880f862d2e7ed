/** The client, whatever the runtime. */
export interface Socket {
  /** False: it was not sent, because the client has not read what was sent before. */
  send: (text: string) => boolean
  /** What is sent in `act` is one write, where the runtime can do that. */
  together: (act: () => void) => void
  close: (code: number, reason: string) => void
  /** Resolves when the client has read most of what was sent, or has gone. */
  drained: () => Promise<void>
}

export interface Conversation {
  message: (data: string | Uint8Array) => void
  /** The client is gone. */
  closed: () => void
}
