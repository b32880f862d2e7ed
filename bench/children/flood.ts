/** Sends bodies one after the other over a few connections, and prints the number of answers for each status. */
import type { Flood } from '../flood.ts'
import { hostileBodies } from '../hostile-bodies.ts'

const { url, headers, size, connections, seconds }: Flood = JSON.parse(Bun.argv[2] ?? '')
const bodies = hostileBodies[size]
const until = performance.now() + seconds * 1000 + 500 // as long as the reads and their warm-up
const answers: Record<string, number> = {}

await Promise.all(
  Array.from({ length: connections }, async (_, connection) => {
    for (let turn = connection; performance.now() < until; turn++) {
      const body = bodies[turn % bodies.length] ?? ''
      // A server that refuses a body by its declared size may close the connection before the whole body was sent.
      const status = await fetch(url, { method: 'POST', headers, body }).then(
        async (response) => {
          await response.arrayBuffer()
          return String(response.status)
        },
        () => '400',
      )
      answers[status] = (answers[status] ?? 0) + 1
    }
  }),
)
console.log(JSON.stringify(answers))
