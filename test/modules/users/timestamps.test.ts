/** Only existing dates and times are accepted. An invalid date never becomes another day. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { readTimestamp } from '../../../src/modules/users/timestamps.ts'

test.each([
  ['2019-03-05T08:15:30Z', '2019-03-05T08:15:30.000Z'],
  ['2019-03-05t08:15:30z', '2019-03-05T08:15:30.000Z'],
  [' 2019-03-05 08:15:30.1+00 \n', '2019-03-05T08:15:30.100Z'],
  ['2019-03-05T08:15Z', '2019-03-05T08:15:00.000Z'],
  ['2024-02-29T23:59:59.999999999Z', '2024-02-29T23:59:59.999Z'],
  ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
  ['2024-01-01T00:00:00+14:00', '2023-12-31T10:00:00.000Z'],
  ['2024-01-01T00:00:00-1200', '2024-01-01T12:00:00.000Z'],
  ['2024-01-01T00:00:00-00:00', '2024-01-01T00:00:00.000Z'],
  ['0099-12-31T00:00:00Z', undefined],
])('%j is %p', (text, iso) => {
  const read = readTimestamp(text)
  expect(read === undefined ? undefined : new Date(read).toISOString()).toBe(iso)
})

test.each([
  '2024-02-30T00:00:00Z',
  '2023-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2024-04-31T00:00:00+02:00',
  '2024-13-01T00:00:00Z',
  '2024-00-10T00:00:00Z',
  '2024-01-00T00:00:00Z',
  '2024-01-32T00:00:00Z',
  '2024-01-01T24:00:00Z',
  '2024-01-01T25:00:00Z',
  '2024-01-01T00:60:00Z',
  '2016-12-31T23:59:60Z',
  '2024-01-01T00:00:00+14:01',
  '2024-01-01T00:00:00+15:00',
  '2024-01-01T00:00:00-12:30',
  '2024-01-01T00:00:00+99:99',
  '2024-01-01T00:00:00+01:60',
  '2024-01-01',
  '2024-01-01T00:00:00',
  '2024-01-01T00:00:00.Z',
  '2024-01-01T00:00:00.1234567890Z',
  '2024-1-1T00:00:00Z',
  '24-01-01T00:00:00Z',
  '+002024-01-01T00:00:00Z',
  '-002024-01-01T00:00:00Z',
  '20240101T000000Z',
  '2024-001T00:00:00Z',
  '2024-W01-1T00:00:00Z',
  '01/02/2024 00:00',
  '2024-01-01T00:00:00 Z',
  '２０２４-01-01T00:00:00Z',
  '1704067200',
  'now',
  '',
])('%j is none', (text) => {
  expect(readTimestamp(text)).toBeUndefined()
})

test('the text of a date is read as that date, and no text causes an error', () => {
  const times = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  fc.assert(fc.property(times, (date) => expect(readTimestamp(date.toISOString())).toBe(date.getTime())))
  fc.assert(
    fc.property(fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), (text) => {
      const read = readTimestamp(text)
      if (read !== undefined) expect(`${new Date(read).toISOString().slice(0, 19)}Z`).toBe(text)
    }),
    { numRuns: 2000 },
  )
})
