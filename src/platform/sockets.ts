/** WebSockets of any runtime: the hooks that an adapter of crossws calls. */
import type { Hooks, Peer } from 'crossws'
import type { App } from '../app.ts'
import type { Log } from '../deps.ts'
import type { Admission } from '../modules/realtime/admissions.ts'
import type { Conversation, Socket } from '../modules/realtime/model.ts'

/** What a client may leave unread: about one page of the past. */
const MAX_BUFFERED_BYTES = 262_144
/** The past goes on when less than this is unread. */
const LOW_BYTES = 32_768
const DRAIN_POLL_MS = 50
/** RFC 6455 §7.4.2 and the registry of close codes: service restart, internal error. */
const [RESTARTED, FAILED] = [1012, 1011]

/** Makes one write of what is sent to the peer in `act`. */
type Together = (peer: Peer, act: () => void) => void

/** A GET that asks for a WebSocket. */
export const asksForSocket = ({ method, headers }: Request): boolean =>
  headers.get('upgrade')?.toLowerCase() === 'websocket' && method === 'GET'

/**
 * The route decides: `upgrade` asks the app, and what the app answers is sent unless the route has admitted the request. A failure in a
 * hook closes the connection: adapters leave it open, or let the rejection end the process.
 */
export function socketHooks(app: Pick<App, 'fetch'>, log: Log, together: Together = (_, act) => act()) {
  const admitted = new WeakMap<object, Admission>()
  const conversations = new WeakMap<object, Conversation>()

  function guarded(peer: Peer, act: () => void): void {
    try {
      act()
    } catch (cause) {
      log.error('a WebSocket failed', { cause })
      conversations.get(peer)?.closed()
      peer.close(FAILED, 'server.error')
    }
  }

  const hooks = {
    async upgrade(request: Request) {
      const [{ offerUpgrade, takeAdmission }] = await Promise.all([
        import('../modules/realtime/admissions.ts'),
        conversation(), // `open` cannot wait for it
      ])
      offerUpgrade(request)
      const answer = await app.fetch(request)
      const admission = takeAdmission(request)
      if (admission === undefined) return answer
      admitted.set(request, admission)
      return { context: { admission }, namespace: NAMESPACE }
    },

    open(peer: Peer) {
      guarded(peer, () => {
        // The adapter of Durable Objects drops the context.
        const given = peer.context.admission as Admission | undefined // as `upgrade` returns it
        const admission = given ?? admitted.get(peer.request)
        if (admission === undefined || loaded === undefined) throw new Error('a WebSocket was opened without its route')
        delete peer.context.admission
        conversations.set(peer, loaded.converse(admission, new SocketOfPeer(peer, together)))
      })
    },

    message(peer: Peer, { rawData }: { rawData: unknown }) {
      guarded(peer, () => {
        const conversation = conversations.get(peer)
        // A Durable Object that slept keeps its sockets, and forgot what they were.
        if (conversation === undefined) peer.close(RESTARTED, 'stopping')
        else conversation.message(typeof rawData === 'string' ? rawData : NO_TEXT)
      })
    },

    close(peer: Peer) {
      guarded(peer, () => conversations.get(peer)?.closed())
    },

    error(peer: Peer, cause: unknown) {
      log.debug('a WebSocket broke off', { cause })
      guarded(peer, () => conversations.get(peer)?.closed())
    },
  }
  return hooks satisfies Partial<Hooks>
}

const NAMESPACE = 'realtime'
/** Binary data is refused, whatever it is. */
const NO_TEXT = new Uint8Array()

let loaded: typeof import('../modules/realtime/conversation.ts') | undefined
const conversation = async () => {
  loaded ??= await import('../modules/realtime/conversation.ts')
}

/** A class, as `Talk`: there are thousands of them. */
class SocketOfPeer implements Socket {
  readonly #peer: Peer
  readonly #together: Together
  constructor(peer: Peer, together: Together) {
    this.#peer = peer
    this.#together = together
  }

  send(text: string): boolean {
    if (this.#peer.bufferedAmount + text.length > MAX_BUFFERED_BYTES) return false
    try {
      this.#peer.send(text)
      return true
    } catch {
      return false // it is closing
    }
  }

  together(act: () => void): void {
    this.#together(this.#peer, act)
  }

  close(code: number, reason: string): void {
    this.#peer.close(code, reason)
  }

  drained(): Promise<void> {
    return this.#peer.waitForDrain({ threshold: LOW_BYTES, pollInterval: DRAIN_POLL_MS })
  }
}
