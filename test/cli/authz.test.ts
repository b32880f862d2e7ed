import { afterAll, describe, expect, test } from 'bun:test'
import { sentences } from '../../src/operator/cli/authz.ts'
import { cleanUp, environment, newFolder, startServer } from '../process/support/server.ts'
import { runCli } from './support/in-process.ts'

afterAll(cleanUp)

for (const mode of ['through the running server', 'without a server'] as const)
  test(`authz explain says why not, ${mode}`, async () => {
    const env = environment(newFolder())
    if (mode === 'through the running server') await startServer(env)
    const cli = (words: string) => runCli(words.split(' '), env)
    await cli('users create --email ada@example.com')
    const denied = await cli('authz explain --user ada@example.com --permission users:read')
    expect(denied).toMatchObject({ code: 0, stderr: '' })
    expect(denied.stdout).toBe(
      [
        'Denied: users:read for ada@example.com in the instance.',
        'Decided by: no role and no rule allows it.',
        'It would be allowed with the role admin of the instance.',
        '',
      ].join('\n'),
    )
    const json = await cli(
      'authz explain --user ada@example.com --permission invoices:approve --resource invoice:7 --property amount=120,paid=false --json',
    )
    expect(JSON.parse(json.stdout)).toEqual({
      email: 'ada@example.com',
      decision: false,
      decidedBy: { kind: 'default' },
      facts: [],
      change: null,
    })
    expect((await cli('authz explain --user nobody@example.com --permission users:read')).code).toBe(1)
    expect((await cli('authz explain --user ada@example.com --permission users:read --org none')).code).toBe(1)
    for (const wrong of ['--property amount', '--property =1', '--resource :7'])
      expect((await cli(`authz explain --user ada@example.com --permission users:read ${wrong}`)).code, wrong).toBe(2)
  })

describe('an explanation in words', () => {
  const asked = { permission: 'invoices:approve', org: 'acme' }
  const email = 'ada@example.com'
  test('of a permit', () => {
    const decidedBy = { kind: 'role', role: 'clerk', orgId: 'org_1', permission: 'invoices:approve' } as const
    expect(sentences({ email, decision: true, decidedBy, facts: [], change: null }, asked)).toEqual([
      'Allowed: invoices:approve for ada@example.com in acme.',
      'Decided by: the role clerk of the organisation.',
    ])
  })
  test('of a rule that reads a missing field', () => {
    const decidedBy = {
      kind: 'policy',
      id: 'pol_1',
      name: 'Small invoices',
      effect: 'allow',
      reason: 'missing',
      missing: 'resource.amount',
    } as const
    const change = { kind: 'attribute', path: 'resource.amount', value: 100 } as const
    const facts = [{ path: 'resource.amount' }, { path: 'actor.mfa', value: false }]
    expect(sentences({ email, decision: false, decidedBy, facts, change }, asked).slice(1)).toEqual([
      'Decided by: the allow rule "Small invoices" (pol_1), which reads the missing field resource.amount.',
      '  resource.amount is missing',
      '  actor.mfa is false',
      'It would be allowed with resource.amount = 100.',
    ])
  })
})
