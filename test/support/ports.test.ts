import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './ports.ts'

/** Ports that another process gets while it and this one live. */
function portsElsewhere(): { ports: Promise<number[]>; end(): void } {
  const text = `
    import { freePort } from ${JSON.stringify(join(import.meta.dir, 'ports.ts'))}
    console.log(JSON.stringify(Array.from({ length: 20 }, () => freePort())))
    await Bun.stdin.text()`
  const child = Bun.spawn([process.execPath, '-e', text], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
  const first = async () => {
    for await (const chunk of child.stdout) return JSON.parse(new TextDecoder().decode(chunk)) as number[]
    throw new Error('no ports')
  }
  return { ports: first(), end: () => void child.stdin.end() }
}

test('a port is given once, in this process and in those beside it', async () => {
  const others = [portsElsewhere(), portsElsewhere(), portsElsewhere()]
  const own = Array.from({ length: 20 }, () => freePort())
  const all = [...own, ...(await Promise.all(others.map(({ ports }) => ports))).flat()]
  for (const { end } of others) end()
  expect(new Set(all).size).toBe(80)
})

test('no outgoing connection takes one', () => {
  const [lowest = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number)
  for (let n = 0; n < 150; n++) expect(freePort()).toBeLessThan(lowest)
})

test('a port in use is left out', () => {
  const servers = Array.from({ length: 30 }, () =>
    Bun.serve({ hostname: '127.0.0.1', port: freePort(), fetch: () => new Response('') }),
  )
  const held = new Set(servers.map(({ port }) => port))
  for (let n = 0; n < 200; n++) expect(held.has(freePort())).toBe(false)
  for (const server of servers) void server.stop(true)
})
