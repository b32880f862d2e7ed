/** No template is left out of the tests that every mail has to pass. */
import { expect, test } from 'bun:test'
import { templates } from '../../../src/modules/mail/templates.ts'
import { samples } from './support/samples.ts'

test('every template has one sample, in the contract of a feature', () => {
  expect(samples.map(({ template }) => template as string).sort()).toEqual(Object.keys(templates).sort())
})
