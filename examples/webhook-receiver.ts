/** Receives webhooks. Run: WEBHOOK_SECRET=whsec_… PORT=8080 bun webhook-receiver.ts (Node and Deno run it too). */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const TOLERANCE_SECONDS = 300
/** Ours have some KiB. Anybody can send more, so nothing longer is kept. */
const MAX_BYTES = 1_048_576
const secret = process.env.WEBHOOK_SECRET ?? ''

/** Whether we signed exactly these bytes, in the last five minutes. `body`: as it arrived, before it is parsed. */
function isSigned(id: string, timestamp: string, signatures: string, body: Buffer): boolean {
  const age = Math.abs(Date.now() / 1000 - Number(timestamp))
  if (!(age <= TOLERANCE_SECONDS)) return false // also if it is no number
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
  // More than one signature while a secret is replaced.
  return signatures.split(' ').some((signature) => {
    const [version, value = ''] = signature.split(',')
    const given = Buffer.from(value, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}

/** In your application: a table with the id as its key, written in the transaction of what the event changes. */
const seen = new Set<string>()

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_BYTES) chunks.push(chunk)
    else if (!response.headersSent) response.writeHead(413, { connection: 'close' }).end(() => request.destroy())
  })
  request.on('end', () => {
    if (response.headersSent) return
    const header = (name: string) => String(request.headers[name] ?? '')
    const id = header('webhook-id')
    const body = Buffer.concat(chunks)
    if (!isSigned(id, header('webhook-timestamp'), header('webhook-signature'), body)) {
      response.writeHead(400).end('the signature is not valid')
      return
    }
    if (!seen.has(id)) {
      seen.add(id)
      const event = JSON.parse(body.toString()) as { type: string; subject: string | null }
      process.stdout.write(`${id} ${event.type} ${event.subject ?? ''}\n`)
    }
    response.writeHead(204).end()
  })
})
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`listening on ${typeof address === 'object' && address ? address.port : ''}\n`)
})
