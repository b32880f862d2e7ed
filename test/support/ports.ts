/**
 * Ports of 127.0.0.1 for servers that are told theirs, or that end and come back on the same one.
 *
 * They are below those that the kernel gives to outgoing connections and to `port: 0`. From there, another connection could take a
 * port between the choice and the `listen`, or while its server is down: even the connection that asks whether the server is there.
 */
const FIRST = 11_000
const BLOCKS = 210
const BLOCK = 100

const listen = (port: number) => Bun.listen({ hostname: '127.0.0.1', port, socket: { data() {} } })

let own: { first: ReturnType<typeof listen>; next: number } | undefined

/** A port that no other caller gets, of this process or of one beside it. */
export function freePort(): number {
  own ??= ownBlock()
  for (let tries = 1; tries < BLOCK; tries++) {
    const port = own.first.port + own.next
    own.next = own.next === BLOCK - 1 ? 1 : own.next + 1
    try {
      listen(port).stop(true)
      return port
    } catch {} // a program from outside the tests has it, or a server of ours that still runs
  }
  throw new Error('no free port')
}

/** The first port of a hundred. This process holds it until it ends, so no other process takes the hundred. */
function ownBlock() {
  for (let tries = 0; tries < BLOCKS; tries++) {
    try {
      const first = listen(FIRST + BLOCK * ((process.pid + tries) % BLOCKS))
      first.unref()
      return { first, next: 1 }
    } catch {} // the block of another process
  }
  throw new Error('no free block of ports')
}
