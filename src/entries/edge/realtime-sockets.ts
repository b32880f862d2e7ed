/** The Durable Object that holds the WebSockets of a Worker. */
import { DurableObject } from 'cloudflare:workers'
import type { CloudflareDurableAdapter } from 'crossws/adapters/cloudflare'
import { socketHooks } from '../../platform/sockets.ts'
import { consoleLog } from './console-log.ts'
import { type ExecutionContext, executionContext, startWorker } from './worker-app.ts'

type Message = Parameters<CloudflareDurableAdapter['handleDurableMessage']>
type Socket = Message[1]
/** The class of this file is what the adapter takes; its types are those of another package. */
type Self = Message[0]

/**
 * What an object asks of the database counts for the last request, message or alarm that it got, and the platform limits it. It reads
 * the events four times a second while somebody is connected, so an alarm comes now and then.
 */
const ALARM_MS = 30_000

interface State extends ExecutionContext {
  storage: { setAlarm(at: number): Promise<void> }
  getWebSockets(): unknown[]
}

export class RealtimeSockets extends DurableObject<State> {
  #adapter: Promise<CloudflareDurableAdapter> | undefined
  #app = startWorker({ isObject: true })

  fetch(request: Request): Promise<Response> {
    return this.#run(async () => {
      const { deps } = this.#app
      if (deps === undefined) return this.#app.fetch(request)
      await this.ctx.storage.setAlarm(deps.clock.now() + ALARM_MS)
      return (await this.#sockets()).handleDurableUpgrade(this.#self, request)
    })
  }

  webSocketMessage(socket: Socket, message: ArrayBuffer | string): Promise<void> {
    return this.#run(async () => (await this.#sockets()).handleDurableMessage(this.#self, socket, message))
  }

  webSocketClose(socket: Socket, code: number, reason: string, wasClean: boolean): Promise<void> {
    return this.#run(async () => (await this.#sockets()).handleDurableClose(this.#self, socket, code, reason, wasClean))
  }

  /** A connection that broke: no close follows. */
  webSocketError(socket: Socket): Promise<void> {
    return this.webSocketClose(socket, BROKEN, '', false)
  }

  async alarm(): Promise<void> {
    const { deps } = this.#app
    if (deps !== undefined && this.ctx.getWebSockets().length > 0)
      await this.ctx.storage.setAlarm(deps.clock.now() + ALARM_MS)
  }

  #sockets(): Promise<CloudflareDurableAdapter> {
    this.#adapter ??= this.#load()
    return this.#adapter
  }

  async #load(): Promise<CloudflareDurableAdapter> {
    const { default: create } = await import('crossws/adapters/cloudflare')
    const { fetch, deps } = this.#app
    if (deps === undefined) throw new Error('the environment is not valid')
    return create({ hooks: socketHooks({ fetch }, consoleLog(deps.config)) })
  }

  #run<Value>(act: () => Promise<Value>): Promise<Value> {
    return executionContext.run(this.ctx, act)
  }

  get #self(): Self {
    return this as unknown as Self
  }
}

/** RFC 6455 §7.1.5: no close frame came. */
const BROKEN = 1006
