/** A TCP proxy that can be cut: a network between two machines that breaks. */
import type { Socket } from 'bun'

export interface TcpProxy {
  port: number
  /** Ends every connection and refuses new ones. */
  cut(): void
  /** Takes connections again. */
  mend(): void
  stop(): void
}

interface Pipe {
  other: Socket<Pipe> | undefined
  waiting: Uint8Array[]
}

/** Listens on a free port of 127.0.0.1 and hands everything on to that port. */
export function startTcpProxy(target: number): TcpProxy {
  const sockets = new Set<Socket<Pipe>>()
  let isCut = false
  /** What a slow peer does not take at once waits here. */
  function pass(to: Socket<Pipe>, bytes?: Uint8Array): void {
    if (bytes !== undefined) to.data.waiting.push(bytes)
    for (let next = to.data.waiting[0]; next !== undefined; next = to.data.waiting[0]) {
      const written = to.write(next)
      if (written < next.length) {
        to.data.waiting[0] = next.subarray(Math.max(0, written))
        return
      }
      to.data.waiting.shift()
    }
  }
  const handlers = {
    data(socket: Socket<Pipe>, bytes: Uint8Array) {
      const copy = new Uint8Array(bytes)
      if (socket.data.other === undefined) early.set(socket, [...(early.get(socket) ?? []), copy])
      else pass(socket.data.other, copy)
    },
    drain: (socket: Socket<Pipe>) => pass(socket),
    close(socket: Socket<Pipe>) {
      sockets.delete(socket)
      socket.data.other?.end()
    },
    error() {},
  }
  /** What came before the connection to the target stood. */
  const early = new Map<Socket<Pipe>, Uint8Array[]>()
  const server = Bun.listen<Pipe>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      ...handlers,
      open(socket) {
        socket.data = { other: undefined, waiting: [] }
        sockets.add(socket)
        if (isCut) return void socket.terminate()
        Bun.connect<Pipe>({
          hostname: '127.0.0.1',
          port: target,
          data: { other: socket, waiting: [] },
          socket: handlers,
        }).then(
          (other) => {
            sockets.add(other)
            socket.data.other = other
            for (const bytes of early.get(socket) ?? []) pass(other, bytes)
            early.delete(socket)
          },
          () => void socket.terminate(),
        )
      },
    },
  })
  return {
    port: server.port,
    cut() {
      isCut = true
      for (const socket of sockets) socket.terminate()
    },
    mend() {
      isCut = false
    },
    stop() {
      server.stop(true)
      for (const socket of sockets) socket.terminate()
    },
  }
}
