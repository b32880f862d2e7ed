import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  compareEvents,
  digestPersonal,
  eventDigest,
  eventDigestOf,
  SEAL_VERSION,
  type SealableEvent,
} from '../../../src/modules/audit-events/seals.ts'

const event: SealableEvent = {
  id: 'evt_1',
  type: 'user.created',
  result: 'success',
  at: 1,
  actorId: null,
  userId: null,
  sessionId: null,
  requestId: null,
  orgId: null,
  actingFor: null,
  data: '{}',
}

describe('the digest of an event', () => {
  test('is what docs/audit.md says', async () => {
    const hash = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest('base64url')
    const first = hash('["evt_1","user.created","success",1,null,null,null,null,"{}","p"]')
    const second = hash('["evt_1","user.created","success",1,null,null,null,null,null,null,"{}","p"]')
    expect(await eventDigestOf(1, event, 'p')).toBe(first)
    expect(await eventDigestOf(SEAL_VERSION, event, 'p')).toBe(second)
    expect(await eventDigest(event, 'p')).toBe(second)
    expect(await digestPersonal('s', '::1', null)).toBe(
      new Bun.CryptoHasher('sha256').update('["s","::1",null]').digest('base64url'),
    )
  })

  test('does not exist for an unknown version or one that does not cover all columns of the event', async () => {
    expect(await eventDigestOf(1, { ...event, orgId: 'org_1' }, 'p')).toBeUndefined()
    expect(await eventDigestOf(1, { ...event, orgId: '' }, 'p')).toBeUndefined()
    expect(await eventDigestOf(1, { ...event, actingFor: '[]' }, 'p')).toBeUndefined()
    for (const version of [0, 3, -1, 1.5, Number.NaN]) expect(await eventDigestOf(version, event, 'p')).toBeUndefined()
  })

  test('differs for any two events, also when a value moves from one field to another', async () => {
    const text = fc.oneof(
      fc.constantFrom('', 'null', '"', '",null,"', 'a', '\ud800', '\ufffd'),
      fc.string({ unit: 'binary' }),
    )
    const column = fc.option(text)
    const any = fc.record({
      id: text,
      type: text,
      result: text,
      at: fc.integer(),
      actorId: column,
      userId: column,
      sessionId: column,
      requestId: column,
      orgId: column,
      actingFor: column,
      data: text,
    })
    await fc.assert(
      fc.asyncProperty(any, any, text, text, async (one, other, personal, otherPersonal) => {
        const isSame = Bun.deepEquals([one, personal], [other, otherPersonal])
        const digest = await eventDigest(one, personal)
        // Nor is it that of an event in a link of the first version.
        if (digest === (await eventDigestOf(1, { ...other, orgId: null, actingFor: null }, otherPersonal))) return false
        return (digest === (await eventDigest(other, otherPersonal))) === isSame
      }),
      { numRuns: 100 },
    )
  })
})

describe('comparing what was sealed with what is there', () => {
  const id = (number: number) => `evt_${String(number).padStart(3, '0')}`
  const row = (number: number) => ({ id: id(number), digest: `digest ${number}` })

  test('finds every event that was removed, changed or inserted, and reports no other', () => {
    const edit = fc.constantFrom('keep', 'keep', 'keep', 'change', 'remove', 'insert after')
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 40 }), (edits) => {
        const sealed = edits.map((_, index) => `digest ${index}`)
        const found = edits.flatMap((what, index) => {
          if (what === 'remove') return []
          if (what === 'change') return [{ id: id(index), digest: 'other' }]
          return [row(index), ...(what === 'insert after' ? [{ id: `${id(index)}x`, digest: 'other' }] : [])]
        })
        const differences = compareEvents(sealed, found)
        const touched = new Set(edits.flatMap((what, index) => (what === 'change' ? [id(index)] : [])))
        const inserted = new Set(edits.flatMap((what, index) => (what === 'insert after' ? [`${id(index)}x`] : [])))
        const named = differences.flatMap((difference) => ('eventId' in difference ? [difference.eventId] : []))
        // Every unknown row is named, and no other.
        expect(named.sort()).toEqual([...touched, ...inserted].sort())
        // As many are missing as the link is short of, row for row.
        const removed = differences.filter(({ kind }) => kind === 'removed').length
        const extra = differences.filter(({ kind }) => kind === 'inserted').length
        expect(found.length).toBe(sealed.length - removed + extra)
        expect(differences.length === 0).toBe(edits.every((what) => what === 'keep'))
      }),
      { numRuns: 500 },
    )
  })

  test('tells a changed event from a removed and an inserted one by its place', () => {
    expect(compareEvents(['digest 1', 'digest 2', 'digest 3'], [row(1), { id: id(2), digest: 'x' }, row(3)])).toEqual([
      { kind: 'changed', eventId: id(2) },
    ])
    expect(compareEvents(['digest 1', 'digest 3'], [row(1), { id: id(2), digest: 'x' }, row(3)])).toEqual([
      { kind: 'inserted', eventId: id(2) },
    ])
    expect(compareEvents(['digest 1', 'digest 2', 'digest 3'], [row(1), row(3)])).toEqual([
      { kind: 'removed', index: 2, after: id(1), before: id(3) },
    ])
    expect(compareEvents([], [])).toEqual([])
  })

  test('a copy of a sealed event under its own digest is an inserted one', () => {
    expect(compareEvents(['digest 1', 'digest 2'], [row(1), row(1), row(2)])).toEqual([
      { kind: 'inserted', eventId: id(1) },
    ])
  })
})
