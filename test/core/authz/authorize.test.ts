import { describe, expect, test } from 'bun:test'
import { isAllowed } from '../../../src/core/authz/authorize.ts'
import { compilePolicySet } from '../../../src/core/authz/compile-policy-set.ts'
import type { Rule } from '../../../src/core/authz/model.ts'
import { attributesOf } from '../../../src/core/authz/question.ts'
import { INSTANCE, type Scope } from '../../../src/core/authz/scope.ts'
import type { Actor, SessionPrincipal } from '../../../src/deps.ts'

const ORG = 'org_1'
const role = (name: string, ...permissions: string[]) => ({ name, permissions, inherits: null, builtIn: false })
const rule = (effect: 'allow' | 'deny', permission: string, condition: string): Rule => ({
  id: `${effect} ${permission}`,
  name: 'rule',
  effect,
  permissions: [permission],
  resourceType: null,
  condition,
})
const scope = (orgId: string | null, rules: Rule[], ...roles: ReturnType<typeof role>[]): Scope => ({
  id: orgId ?? INSTANCE,
  org: null,
  policies: compilePolicySet({ orgId, roles, rules }),
  mfaRoles: new Set(),
})
const actor = (more: Partial<Actor> = {}): Actor => ({
  kind: 'service-account',
  id: 'usr_1',
  sessionId: 'ses_1',
  orgId: null,
  actingFor: null,
  roles: ['reader'],
  memberships: new Map([[ORG, ['writer']]]),
  scopes: null,
  limiterKey: 'usr_1',
  ...more,
})
const never = () => {
  throw new Error('asked for the circumstances')
}

describe('without a rule for the permission', () => {
  const instance = scope(null, [rule('deny', 'other:read', 'true')], role('reader', 'docs:read'))
  const org = scope(ORG, [], role('writer', 'docs:write'))

  test.each([
    ['a role of the instance', 'docs:read', true],
    ['a role of the organisation', 'docs:write', true],
    ['no role', 'docs:delete', false],
  ])('%s decides, and nothing is asked', (_, permission, expected) => {
    expect(isAllowed(actor({ circumstances: never }), permission, instance, org)).toBe(expected)
  })

  test('a role of the organisation has no effect outside of it, nor an unknown role', () => {
    expect(isAllowed(actor({ circumstances: never }), 'docs:write', instance)).toBe(false)
    expect(isAllowed(actor({ memberships: new Map(), circumstances: never }), 'docs:write', instance, org)).toBe(false)
    expect(isAllowed(actor({ roles: ['toString', '__proto__'], circumstances: never }), 'docs:read', instance)).toBe(
      false,
    )
  })

  test('an API key needs the scope too', () => {
    expect(
      isAllowed(actor({ scopes: new Set(['docs:write']), circumstances: never }), 'docs:read', instance, org),
    ).toBe(false)
    expect(isAllowed(actor({ scopes: new Set(['docs:read']), circumstances: never }), 'docs:read', instance, org)).toBe(
      true,
    )
  })
})

describe('with a rule', () => {
  const at = (method: string) => () => ({ context: { method }, resourceId: 'doc_1' })

  test('a deny rule of the instance or of the organisation wins over any role', () => {
    const denying = rule('deny', 'docs:read', 'context.method == "POST"')
    const roles = role('reader', 'docs:read')
    for (const [instance, org] of [
      [scope(null, [denying], roles), scope(ORG, [])],
      [scope(null, [], roles), scope(ORG, [denying])],
    ] as const) {
      expect(isAllowed(actor({ circumstances: at('POST') }), 'docs:read', instance, org)).toBe(false)
      expect(isAllowed(actor({ circumstances: at('GET') }), 'docs:read', instance, org)).toBe(true)
      // Without the circumstances the field is missing, so it denies.
      expect(isAllowed(actor(), 'docs:read', instance, org)).toBe(false)
    }
  })

  test('an allow rule of the organisation holds for its members alone, and for the resource of the request', () => {
    const org = scope(ORG, [rule('allow', 'docs:read', 'resource.id == "doc_1" && resource.orgId == "org_1"')])
    const instance = scope(null, [])
    expect(isAllowed(actor({ circumstances: at('GET') }), 'docs:read', instance, org)).toBe(true)
    expect(isAllowed(actor({ memberships: new Map(), circumstances: never }), 'docs:read', instance, org)).toBe(false)
    expect(isAllowed(actor(), 'docs:read', instance, org)).toBe(false)
  })

  test('no deny rule keeps the role admin of the instance from roles and rules', () => {
    for (const permission of ['roles:write', 'policies:write', 'policies:read']) {
      const instance = scope(
        null,
        [rule('deny', permission, 'true')],
        role('admin', permission),
        role('boss', permission),
      )
      expect(isAllowed(actor({ roles: ['admin'] }), permission, instance)).toBe(true)
      expect(isAllowed(actor({ roles: ['boss'] }), permission, instance)).toBe(false)
      const org = scope(ORG, [rule('deny', permission, 'true')], role('admin', permission))
      const ofOrg = actor({ roles: [], memberships: new Map([[ORG, ['admin']]]) })
      expect(isAllowed(ofOrg, permission, scope(null, []), org)).toBe(false)
    }
  })
})

test('the attributes of a session are those of its person, and none is secret', () => {
  const session: SessionPrincipal = {
    ...actor(),
    kind: 'session',
    sessionId: 'ses_1',
    sessionKind: 'token',
    authenticatedAt: 0,
    expiresAt: 1,
    lastSeenAt: 0,
    graceEndsAt: null,
    amr: ['pwd', 'otp', 'mfa'],
    mfaRequired: false,
    mfaMissing: false,
    hasFactor: true,
    anonymous: false,
    impersonatorId: null,
    user: {
      id: 'usr_1',
      email: 'ada@example.com',
      emailVerified: true,
      name: 'Ada',
      status: 'active',
      roles: ['reader'],
      createdAt: 0,
      updatedAt: 0,
      version: 1,
      username: null,
      locale: null,
      publicMetadata: { plan: 'pro' },
    },
  }
  expect(attributesOf(session)).toEqual({
    email: 'ada@example.com',
    emailVerified: true,
    name: 'Ada',
    createdAt: '1970-01-01T00:00:00.000Z',
    hasFactor: true,
    publicMetadata: { plan: 'pro' },
    amr: ['pwd', 'otp', 'mfa'],
    mfa: true,
    authenticatedAt: '1970-01-01T00:00:00.000Z',
    anonymous: false,
    impersonated: false,
  })
  expect(attributesOf(actor({ kind: 'api-key', orgId: ORG }))).toEqual({ orgId: ORG })
})
