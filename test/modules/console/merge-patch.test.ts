import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { mergePatch } from '../../../src/modules/console/browser/sections/users/merge-patch.ts'
import { patched } from '../../../src/modules/users/metadata.ts'
import type { Metadata } from '../../../src/modules/users/metadata-schema.ts'

const names = fc.constantFrom('a', 'b', 'plan', '__proto__', 'constructor')
const { object } = fc.letrec<{ object: Metadata; value: unknown }>((tie) => ({
  object: fc
    .array(fc.tuple(names, tie('value')), { maxLength: 4 })
    .map((fields) => Object.fromEntries(fields) as Metadata),
  value: fc.oneof({ maxDepth: 3 }, fc.constantFrom<unknown>(1, 'x', true, [], [{ a: 1 }]), tie('object')),
}))

test('the patch of the editor makes the object that the person wrote, and is empty if nothing changed (RFC 7396)', () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      expect(patched(before, mergePatch(before, after) as Metadata)).toEqual(after)
      expect(mergePatch(after, after)).toEqual({})
    }),
  )
})

test('only what was changed is sent', () => {
  const before = { plan: 'free', trial: { ends: 'May', days: 3 }, seats: 2 }
  expect(mergePatch(before, { plan: 'free', trial: { days: 4 }, extra: null })).toEqual({
    trial: { ends: null, days: 4 },
    seats: null,
    extra: null,
  })
})
