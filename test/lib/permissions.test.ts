import { expect, test } from 'bun:test'
import { builtInRoles, permissions, permissionsOf } from '../../src/core/permissions.ts'

test('an administrator has every permission, a user has none', () => {
  expect([...permissionsOf(['admin'])].sort()).toEqual([...permissions].sort())
  expect(permissionsOf(['user']).size).toBe(0)
  expect(builtInRoles).toEqual(['admin', 'user'])
})

test('no role, an unknown role and names of object properties give no permission', () => {
  for (const roles of [[], ['root'], ['Admin'], ['admin '], ['__proto__'], ['constructor'], ['toString'], ['']])
    expect(permissionsOf(roles).size, String(roles)).toBe(0)
})

test('an unknown role takes nothing away', () => {
  expect(permissionsOf(['root', 'admin', 'user']).size).toBe(permissions.length)
})
