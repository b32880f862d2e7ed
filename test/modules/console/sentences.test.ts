import { expect, test } from 'bun:test'
import { changeOf, deciderOf } from '../../../src/modules/console/browser/sections/why/sentences.ts'

const denied = (decidedBy: Parameters<typeof deciderOf>[0]['decidedBy']) =>
  deciderOf({ decision: false, decidedBy, facts: [], change: null })

test('what decided is a sentence for each kind', () => {
  expect(denied({ kind: 'default' })).toBe('No role and no rule allows it.')
  expect(denied({ kind: 'scope', permission: 'users:read' })).toBe('The key or the token has no scope users:read.')
  expect(denied({ kind: 'requirement', code: 'mfa.enrolment_required' })).toContain('(mfa.enrolment_required)')
  const rule = { kind: 'policy', id: 'pol_1', name: 'own', effect: 'deny' } as const
  expect(denied(rule)).toBe('The deny rule “own” applies.')
  expect(denied({ ...rule, reason: 'missing', missing: 'resource.owner' })).toBe(
    'The deny rule “own” reads resource.owner, which is missing. So it denies.',
  )
  expect(denied({ ...rule, reason: 'error' })).toBe('The deny rule “own” could not be evaluated. So it denies.')
  const role = { kind: 'role', role: 'clerk', orgId: 'org_1', permission: 'invoices:approve' } as const
  expect(deciderOf({ decision: true, decidedBy: role, facts: [], change: null })).toBe(
    'The role “clerk” of the organisation has the permission invoices:approve.',
  )
  expect(denied({ ...role, orgId: null })).toContain('of the instance')
})

test('the smallest change is a sentence for each kind', () => {
  expect(changeOf({ kind: 'attribute', path: 'resource.amount', value: 1000 })).toBe(
    'It would be allowed if resource.amount were 1000.',
  )
  expect(changeOf({ kind: 'attribute', path: 'resource.tags', value: ['a'] })).toContain('["a"]')
  expect(changeOf({ kind: 'role', role: 'admin', orgId: null })).toContain('“admin” of the instance')
  expect(changeOf({ kind: 'membership', role: 'clerk', orgId: 'org_1' })).toContain('a member of the organisation')
  const permission = { kind: 'permission', permission: 'users:read' } as const
  expect(changeOf({ ...permission, of: 'api-key' })).toContain('the API key had the scope users:read')
  expect(changeOf({ ...permission, of: 'client' })).toContain('the access token had the scope users:read')
  expect(changeOf({ ...permission, role: 'clerk', orgId: 'org_1' })).toContain('“clerk” of the organisation had')
})
