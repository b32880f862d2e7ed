/** GET /asyncapi.json: what is sent and received on connections that stay open, from the schemas that check it. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Value } from '@sinclair/typebox/value'
import type { WireEvent } from '../../../src/core/feed/wire-event.ts'
import { readMessage } from '../../../src/modules/realtime/messages.ts'
import { type ReceivedMessage, received, sent } from '../../../src/modules/realtime/schema.ts'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

interface AsyncApi {
  asyncapi: string
  servers: Record<string, { host: string; protocol: string }>
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>
  operations: Record<string, { action: string; messages: { $ref: string }[]; reply?: { messages: { $ref: string }[] } }>
  components: {
    messages: Record<string, { summary: string; payload: { $ref: string }; examples: { payload: unknown }[] }>
    schemas: Record<string, Record<string, unknown>>
  }
}

let t: TestApp
let document: AsyncApi
let text: string
beforeAll(async () => {
  t = await createTestApp()
  const answer = await call<AsyncApi>(t, 'GET /asyncapi.json')
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
  ;({ body: document, text } = answer)
})
afterAll(() => t.close())

const titles = (schemas: object): string[] =>
  Object.values(schemas as Record<string, { title: string }>).map(({ title }) => title)

describe('the document', () => {
  test('is AsyncAPI 3.0 that Redocly finds no fault with', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'threeger-asyncapi-'))
    try {
      const file = join(folder, 'asyncapi.json')
      await Bun.write(file, text)
      await Bun.write(join(folder, 'redocly.yaml'), 'extends:\n  - recommended\n')
      const root = join(import.meta.dir, '../../..')
      const child = Bun.spawn(
        [
          process.execPath,
          join(root, 'node_modules/@redocly/cli/bin/cli.js'),
          'lint',
          file,
          '--format=json',
          `--config=${join(folder, 'redocly.yaml')}`,
        ],
        { stdout: 'pipe', stderr: 'pipe', env: { ...process.env, REDOCLY_TELEMETRY: 'off' } },
      )
      const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
      const { totals, problems } = JSON.parse(out.slice(out.indexOf('{'))) as {
        totals: Record<string, number>
        problems: { message: string }[]
      }
      expect(
        problems.map(({ message }) => message),
        err,
      ).toEqual([])
      expect(totals).toMatchObject({ errors: 0, warnings: 0 })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('has every message that the server takes and sends, and no reference into nothing', () => {
    const { messages } = document.channels.realtime ?? { messages: {} }
    expect(Object.keys(messages).sort()).toEqual([...titles(sent), ...titles(received)].sort())
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path)
    expect(references.length).toBeGreaterThan(80)
    for (const path of references) {
      let value: unknown = document
      for (const key of path.split('/')) value = (value as Record<string, unknown>)[key]
      expect(value, path).toBeDefined()
    }
  })

  test('says what answers each message', () => {
    const receives = Object.values(document.operations).filter(({ action }) => action === 'receive')
    expect(receives).toHaveLength(Object.keys(sent).length)
    for (const { reply } of receives)
      expect(reply?.messages.map(({ $ref }) => $ref.split('/').at(-1))).toContain('ErrorMessage')
  })

  test('names this server', () => {
    expect(document.servers.ws).toMatchObject({ host: new URL(ORIGIN).host, protocol: 'wss' })
  })

  test('has examples that the server takes, and that fit', () => {
    for (const [type, schema] of Object.entries(sent)) {
      const example = document.components.messages[schema.title ?? '']?.examples[0]?.payload as object
      // Room and rooms exclude each other, so the example of a subscription has to leave one out.
      const { rooms: _, ...shown } = { rooms: undefined, ...example }
      expect(readMessage(JSON.stringify(type === 'subscribe' ? shown : example)).type, type).toBe(type as never)
    }
    for (const schema of Object.values(received)) {
      const example = document.components.messages[schema.title ?? '']?.examples[0]?.payload
      expect([...Value.Errors(schema, example)], schema.title).toEqual([])
    }
  })

  test('leaves room for fields of later releases in what the server sends, and none in what it takes', () => {
    const payloadOf = (title: string) => document.components.schemas[`${title}Payload`]
    for (const title of titles(received)) expect(payloadOf(title), title).not.toHaveProperty('additionalProperties')
    for (const title of titles(sent)) expect(payloadOf(title), title).toHaveProperty('additionalProperties', false)
  })
})

test('the docs show every message, with its fields and an example', async () => {
  const page = (await call(t, 'GET /docs/api/real-time')).text
  for (const [title, { examples }] of Object.entries(document.components.messages)) {
    if (title === 'ServerSentEvent') continue
    const start = page.indexOf(`<section class="operation" aria-labelledby="message-${title.toLowerCase()}">`)
    expect(start, title).toBeGreaterThan(0)
    const shown = page.slice(start, page.indexOf('</section>', start))
    for (const field of Object.keys(examples[0]?.payload as object))
      expect(shown, title).toContain(`<code class="field-name">${field}</code>`)
  }
})

test('an event of the feed is the event of the document', () => {
  const event: WireEvent = {
    id: 'evt_0190a5e0c5f87d3cb3a4c1f2e5d60718',
    type: 'user.updated',
    result: 'success',
    at: '2026-07-09T12:00:00.000Z',
    subject: null,
    actorId: null,
    orgId: null,
    data: {},
  }
  const message: ReceivedMessage = { type: 'event', room: 'topic:user', event }
  expect(Object.keys(received.event.properties.event.properties).sort()).toEqual(Object.keys(event).sort())
  expect(Value.Check(received.event, message)).toBeTrue()
})
