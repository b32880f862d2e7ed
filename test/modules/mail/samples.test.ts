/** No template is left out of the tests that every mail has to pass. */
import { expect, test } from 'bun:test'
import { declared } from '../../../src/declared.ts'
import { samples } from './support/samples.ts'

test('every template has one sample, in the contract of a feature', () => {
  expect(samples.map(({ template }) => template as string).sort()).toEqual(
    declared.flatMap(({ mails = {} }) => Object.keys(mails)).sort(),
  )
})
