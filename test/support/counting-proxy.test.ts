import { afterAll, afterEach, beforeAll, expect, spyOn, test } from 'bun:test'
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts'

let asked = 0
const target = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    asked++
    return new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`, { status: 201 })
  },
})
let proxy: CountingProxy

beforeAll(() => {
  proxy = startCountingProxy({ target: `http://127.0.0.1:${target.port}` })
})
afterEach(() => proxy.setMode('pass'))
afterAll(async () => {
  await proxy.stop()
  await target.stop(true)
})

const post = (signal?: AbortSignal) =>
  fetch(`${proxy.url}/v2/pipeline`, { method: 'POST', body: 'x'.repeat(40), ...(signal ? { signal } : {}) })

test('hands requests on as they are, counts them, and adds its latency to each', async () => {
  proxy.reset()
  const answer = await post()
  expect([answer.status, await answer.text()]).toEqual([201, `POST /v2/pipeline ${'x'.repeat(40)}`])
  proxy.setLatency(30)
  using sleep = spyOn(Bun, 'sleep')
  await (await post()).text()
  expect(sleep.mock.calls).toEqual([[30]])
  proxy.setLatency(0)
  expect(proxy.count()).toBe(2)
})

test('refuses connections and takes them again on the same port', async () => {
  await proxy.setMode('refuse')
  await expect(post()).rejects.toThrow()
  await proxy.setMode('pass')
  expect((await post()).status).toBe(201)
})

test('hangs without handing anything on', async () => {
  await proxy.setMode('hang')
  asked = 0
  await expect(post(AbortSignal.timeout(100))).rejects.toThrow()
  expect(asked).toBe(0)
})

test('cuts an answer whose request took effect', async () => {
  await proxy.setMode('cut-response')
  asked = 0
  await expect(post().then((answer) => answer.text())).rejects.toThrow()
  expect(asked).toBe(1)
})
