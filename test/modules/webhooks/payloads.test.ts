/** The bytes of each version and format. They never change: receivers were written for them. */
import { describe, expect, test } from 'bun:test'
import type { WireEvent } from '../../../src/core/feed/wire-event.ts'
import { payloadOf } from '../../../src/modules/webhooks/payloads.ts'

const source = 'https://id.example.com'
const event: WireEvent = {
  id: 'evt_1',
  type: 'member.added',
  result: 'success',
  at: '2026-07-09T12:00:00.000Z',
  subject: 'usr_1',
  actorId: 'usr_2',
  orgId: 'org_1',
  data: { roles: ['member'] },
}
const plain: WireEvent = { ...event, subject: null, actorId: null, orgId: null, data: {} }

describe('standard', () => {
  test('version 1', () => {
    expect(payloadOf(event, { format: 'standard', version: '1', source })).toEqual({
      contentType: 'application/json',
      body: '{"id":"evt_1","type":"member.added","at":"2026-07-09T12:00:00.000Z","subject":"usr_1","data":{"roles":["member"]}}',
    })
  })
  test('version 2, and the newest one for a version that this release does not know', () => {
    for (const version of ['2', '99', '__proto__'])
      expect(payloadOf(event, { format: 'standard', version, source }).body).toBe(
        '{"id":"evt_1","type":"member.added","at":"2026-07-09T12:00:00.000Z","subject":"usr_1","actorId":"usr_2","orgId":"org_1","result":"success","data":{"roles":["member"]}}',
      )
  })
})

describe('CloudEvents 1.0', () => {
  test('version 2', () => {
    expect(payloadOf(event, { format: 'cloudevents', version: '2', source })).toEqual({
      contentType: 'application/cloudevents+json; charset=utf-8',
      body: '{"specversion":"1.0","id":"evt_1","source":"https://id.example.com","type":"member.added","time":"2026-07-09T12:00:00.000Z","subject":"usr_1","actorid":"usr_2","orgid":"org_1","result":"success","datacontenttype":"application/json","data":{"roles":["member"]}}',
    })
  })
  test('version 1 has no attributes of version 2', () => {
    const body = JSON.parse(payloadOf(event, { format: 'cloudevents', version: '1', source }).body) as object
    expect(Object.keys(body)).toEqual([
      'specversion',
      'id',
      'source',
      'type',
      'time',
      'subject',
      'datacontenttype',
      'data',
    ])
  })
  test('an attribute without a value is absent, never null or empty (§3.1)', () => {
    for (const version of ['1', '2']) {
      const body = JSON.parse(payloadOf(plain, { format: 'cloudevents', version, source }).body) as object
      for (const [name, value] of Object.entries(body)) {
        expect(value).not.toBeNull()
        expect(name).toMatch(/^[a-z0-9]{1,20}$/)
      }
      expect(body).not.toHaveProperty('subject')
    }
  })
})

describe('Slack', () => {
  const textOf = (given: WireEvent): string =>
    (JSON.parse(payloadOf(given, { format: 'slack', version: '2', source }).body) as { text: string }).text
  test('a message', () => {
    expect(textOf(event)).toBe(
      '*member.added*\nSubject: usr_1\nActor: usr_2\nOrganisation: org_1\nTime: 2026-07-09T12:00:00.000Z\n`{"roles":["member"]}`',
    )
    expect(textOf(plain)).toBe('*member.added*\nTime: 2026-07-09T12:00:00.000Z')
  })
  test('data mentions nobody, makes no link, and ends no code', () => {
    const text = textOf({ ...event, data: { name: '<!channel> <https://evil.example|here> `x` & ' } })
    expect(text).not.toMatch(/[<>]/)
    expect(text).toContain('&lt;!channel&gt;')
    expect(text.match(/`/g)).toHaveLength(2)
  })
  test('long data is cut', () => {
    expect(textOf({ ...event, data: { name: 'x'.repeat(10_000) } }).length).toBeLessThan(2_300)
  })
})
