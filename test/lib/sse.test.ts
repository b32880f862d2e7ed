import { describe, expect, test } from 'bun:test'
import { sseComment, sseFrame, sseFrameOfJson } from '../../src/lib/sse.ts'

describe('a frame', () => {
  test('has its fields on a line each, and ends with an empty line', () => {
    expect(sseFrame({ event: 'session.ended', id: 'evt_1', retryMs: 1500.4, data: { a: 1 } })).toBe(
      'event: session.ended\nid: evt_1\nretry: 1500\ndata: {"a":1}\n\n',
    )
    expect(sseFrameOfJson('session.ended', 'evt_1', '{"a":1}')).toBe(
      'event: session.ended\nid: evt_1\ndata: {"a":1}\n\n',
    )
    expect(sseComment('waiting')).toBe(': waiting\n\n')
  })

  test('stays one frame, whatever the data is', () => {
    const hostile = 'a\n\nevent: forged\ndata: {}\r\n\r\n\0\u2028'
    const frame = sseFrame({ event: 'x', data: { [hostile]: hostile } })
    expect(frame.split(/\r\n|\r|\n/).filter(Boolean)).toHaveLength(2)
    expect(JSON.parse(frame.slice(frame.indexOf('data: ') + 6))).toEqual({ [hostile]: hostile })
  })

  test('takes no line break in another field', () => {
    for (const text of ['a\nb', 'a\rb', 'a\0b']) {
      expect(() => sseFrame({ event: text })).toThrow()
      expect(() => sseFrame({ id: text })).toThrow()
      expect(() => sseFrameOfJson('a', 'b', text)).toThrow()
      expect(() => sseComment(text)).toThrow()
    }
  })
})
