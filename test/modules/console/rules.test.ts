/** Roles, permissions, resource types, rules, and why something was refused. In a real Chromium. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { call, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { act, choose, dialog, row, said } from './support/acts.ts'
import { ADMIN, browserPath, type Console, heading, signInHere, startConsole } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let c: Console
const CLERK = 'carl@example.com'

const approval = () => c.api('POST /v1/permissions', { name: 'invoices:approve' })
const invoices = () => c.api('POST /v1/resource-types', { name: 'invoice', attributes: { amount: 'int' } })

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  // Each test has a server of its own: what another one made would be in its lists.
  beforeEach(async () => {
    c = await startConsole()
    await c.person(CLERK, ['user'], { name: 'Carl Clerk' })
  })
  afterEach(() => c?.stop())

  test('a permission of an application is registered once, is found, and goes into a role of the instance', async () => {
    const { page, complaints, posts, leave } = await c.as(ADMIN, '/console/permissions')
    await heading(page, 'Permissions')
    await row(page, 'users:read').first().waitFor()
    await page.getByRole('button', { name: 'Register permission' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('users:paint')
    await act(page, 'Register permission')
    await dialog(page).getByRole('alert').locator('p').first().waitFor()
    await dialog(page).getByLabel('Name', { exact: true }).fill('invoices:approve')
    await dialog(page).getByLabel('Meaning (optional)').fill('Approve <b>invoices</b>')
    expect(await checkPage(page, 'console-permission-new')).toEqual([])
    await dialog(page).getByRole('button', { name: 'Register permission' }).dblclick()
    await said(page, 'registered')
    expect(posts().filter((path) => path === '/v1/permissions')).toHaveLength(2) // the refused one, and this one once
    await page.getByLabel('Search permissions').fill('invoices')
    await row(page, 'users:read').first().waitFor({ state: 'detached' })
    await row(page, 'Approve <b>invoices</b>').waitFor()
    expect(await checkPage(page, 'console-permissions')).toEqual([])

    await page.getByRole('link', { name: 'Roles', exact: true }).click()
    await heading(page, 'Roles')
    await page.getByRole('button', { name: 'New role' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('Big Boss')
    await dialog(page).getByLabel('Search: Permissions').fill('invoices')
    await choose(page, 'invoices:approve', true)
    await act(page, 'Create role')
    await dialog(page).locator('input[name=name][aria-invalid=true]').waitFor()
    await dialog(page).getByLabel('Name', { exact: true }).fill('approver')
    expect(await dialog(page).locator('.as-command').textContent()).toContain('"permissions":["invoices:approve"]')
    await act(page, 'Create role')
    await row(page, 'approver').getByText('invoices:approve').waitFor()
    // Of a built-in role of the instance only the second factor can be required.
    await row(page, 'user').filter({ hasText: 'built in' }).first().getByRole('button', { name: 'Edit' }).click()
    await dialog(page).getByText('The permissions of a built-in role are fixed.').waitFor()
    await page.keyboard.press('Escape')
    expect(await checkPage(page, 'console-roles')).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test('a resource type is declared, and its attributes are offered to the condition of a rule', async () => {
    await approval()
    const { page, complaints, leave } = await c.as(ADMIN, '/console/resource-types')
    await page.getByRole('button', { name: 'Declare type' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('invoice')
    await dialog(page).getByRole('button', { name: 'Add attribute' }).click()
    await dialog(page).getByLabel('Attribute 1', { exact: true }).fill('id')
    await act(page, 'Declare type')
    await dialog(page).locator('.fault').first().waitFor() // `id` is an attribute of every resource
    await dialog(page).getByLabel('Attribute 1', { exact: true }).fill('amount')
    await dialog(page).getByLabel('Type 1', { exact: true }).selectOption('int')
    expect(await checkPage(page, 'console-resource-type-new')).toEqual([])
    await act(page, 'Declare type')
    await row(page, 'amount: int').waitFor()
    expect(await checkPage(page, 'console-resource-types')).toEqual([])

    await page.getByRole('link', { name: 'Rules', exact: true }).click()
    await page.getByText('There are no rules in the instance.').waitFor()
    await page.getByRole('button', { name: 'New rule' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('not too much')
    await choose(page, 'invoices:approve', true)
    const warning = dialog(page).getByRole('status').filter({ hasText: 'denies everybody' })
    await dialog(page).getByLabel('Condition').fill('resource.owner == actor.id && resource.amount > 1')
    await warning
      .getByText('No declared type has resource.owner. While it is missing, this rule denies everybody.')
      .waitFor()
    expect(await checkPage(page, 'console-rule-warned')).toEqual([])
    await dialog(page).getByLabel('Condition').fill('has(resource.owner) && "resource.lost" != actor.id')
    await warning.waitFor({ state: 'detached' })
    await dialog(page).getByLabel('About resources of the type').selectOption('invoice')
    await dialog(page).getByLabel('Condition').fill(' > 1000 && resource.colour == "red"')
    await dialog(page).getByLabel('Condition').press('Home')
    await dialog(page)
      .getByRole('button', { name: /resource\.amount/ })
      .click()
    expect(await dialog(page).getByLabel('Condition').inputValue()).toBe(
      'resource.amount > 1000 && resource.colour == "red"',
    )
    await act(page, 'Create rule')
    const condition = dialog(page).locator('textarea[name=condition][aria-invalid=true]')
    await condition.waitFor()
    expect(await dialog(page).locator('.fault').first().textContent()).toContain('colour')
    await condition.and(page.locator(':focus')).waitFor()
    expect(await checkPage(page, 'console-rule-refused')).toEqual([])
    await condition.fill('resource.amount > 1000')
    await act(page, 'Create rule')
    await row(page, 'not too much').getByText('deny').waitFor()
    expect(await checkPage(page, 'console-rules')).toEqual([])

    // The attribute is in use now.
    await page.getByRole('link', { name: 'Resource types', exact: true }).click()
    await row(page, 'amount: int').getByRole('button', { name: 'Edit' }).click()
    await dialog(page).getByRole('button', { name: 'Remove attributes 1' }).click()
    await act(page, 'Save attributes')
    await dialog(page).getByText('declares no attribute amount').first().waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('a rule is tested with a question, and changed only as it was seen', async () => {
    await approval()
    await invoices()
    const rule = { name: 'not too much', effect: 'deny', permissions: ['invoices:approve'], resourceType: 'invoice' }
    await c.api('POST /v1/policies', { ...rule, condition: 'resource.amount > 1000' })
    const { page, context, complaints, leave } = await c.as(ADMIN, '/console/rules')
    await row(page, 'not too much').getByRole('button', { name: 'Test' }).click()
    await dialog(page).getByLabel('Who').fill(CLERK)
    await dialog(page).getByLabel('Attributes of the resource').fill('{"amount": 1500')
    await act(page, 'Explain')
    await dialog(page).getByText('This is not JSON').waitFor()
    await dialog(page).getByLabel('Attributes of the resource').fill('{"amount": 1500}')
    await act(page, 'Explain')
    await dialog(page).getByText('The deny rule “not too much” applies.').waitFor()
    await dialog(page).getByText('resource.amount', { exact: true }).waitFor()
    expect(await checkPage(page, 'console-rule-test')).toEqual([])
    await act(page, 'Close')

    const other = await context.newPage()
    await other.goto(page.url())
    for (const one of [page, other]) await row(one, 'not too much').getByRole('button', { name: 'Edit' }).click()
    for (const one of [page, other]) await one.waitForLoadState('networkidle')
    await dialog(other).getByLabel('Condition').fill('resource.amount > 2000')
    await act(other, 'Save rule')
    await said(other, 'in force')
    await other.close()
    await dialog(page).getByLabel('Condition').fill('resource.amount > 3000')
    await act(page, 'Save rule')
    await dialog(page).getByRole('alert').locator('p').first().waitFor()
    await page.keyboard.press('Escape')
    await row(page, 'resource.amount > 2000').waitFor() // what the other tab saved
    // A row can be older than what is saved. The form shows what is saved.
    const { items } = await c.api<{ items: { id: string }[] }>('GET /v1/policies')
    await c.api(`PATCH /v1/policies/${items[0]?.id}`, { condition: 'resource.amount > 2500' })
    await row(page, 'resource.amount > 2000').getByRole('button', { name: 'Edit' }).click()
    await dialog(page).getByLabel('Condition').waitFor()
    expect(await dialog(page).getByLabel('Condition').inputValue()).toBe('resource.amount > 2500')
    await page.keyboard.press('Escape')
    await row(page, 'not too much').getByRole('button', { name: 'Delete' }).click()
    await act(page, 'Delete rule')
    await page.getByText('There are no rules in the instance.').waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('why: a question of one’s own, with the smallest change', async () => {
    await approval()
    await c.api('POST /v1/roles', { name: 'approver', permissions: ['invoices:approve'] })
    const { page, complaints, leave } = await c.as(ADMIN, '/console')
    await page.getByRole('link', { name: 'Why?' }).click()
    await heading(page, 'Why?')
    await page.getByLabel('Who').fill(CLERK)
    await page.getByLabel('May do').fill('invoices:approve')
    const command = page.locator('.as-command')
    expect(await command.textContent()).toContain('"id":"USER_ID"') // and not the id of the administrator
    await page.getByRole('button', { name: 'Explain' }).click()
    await page.getByText('No role and no rule allows it.').waitFor()
    await page.getByText('It would be allowed with the role “approver” of the instance.').waitFor()
    await page.getByText(`May ${CLERK} do invoices:approve with invoice?`).waitFor()
    const { items } = await c.api<{ items: { id: string }[] }>(`GET /v1/users?q=${CLERK}`)
    expect(await command.textContent()).toContain(`"subject":{"type":"user","id":"${items[0]?.id}"}`)
    expect(await command.textContent()).toContain(`authz explain --user=${CLERK} --permission=invoices:approve`)
    expect(await checkPage(page, 'console-why-asked')).toEqual([])
    await page.getByLabel('Who').fill('nobody@example.com')
    await page.getByRole('button', { name: 'Explain' }).click()
    await page.getByText('No account with this address was found.').waitFor()
    expect(await command.textContent()).toContain('"id":"USER_ID"')
    expect(await page.getByRole('region', { name: 'Explanation' }).count()).toBe(0)
    expect(complaints).toEqual([])
    await leave()
  })

  test('why: a refusal leads to its explanation, which another person cannot read', async () => {
    // Who may read the roles of the instance and not write them.
    await c.api('POST /v1/roles', { name: 'reader', permissions: ['roles:read', 'orgs:read'] })
    await c.person('rita@example.com', ['reader'])
    const { accessToken: token } = await signIn(c.t, 'rita@example.com')
    const refused = await call<{ decisionId: string }>(c.t, 'GET /v1/users', { token })
    expect(refused.status).toBe(403)
    const { page, complaints, leave } = await c.as('rita@example.com', `/console/why/${refused.body.decisionId}`)
    await heading(page, 'Why was it refused?')
    await page.getByText('No role and no rule allows it.').waitFor()
    await page.getByText('The smallest change.').waitFor()
    expect(await checkPage(page, 'console-why')).toEqual([])
    // What they may only read has no buttons.
    await page.goto(`${c.origin}/console/roles`)
    await row(page, 'reader').waitFor()
    expect(
      await page
        .locator('main')
        .getByRole('button', { name: /New role|Edit|Delete/ })
        .count(),
    ).toBe(0)
    await c.person('rob@example.com', ['reader'])
    await signInHere(page, c.origin, 'rob@example.com')
    await page.goto(`${c.origin}/console/why/${refused.body.decisionId}`)
    await page.getByText('There is no such decision.').waitFor()
    await page.getByText('A decision is kept for a day.').waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('a refusal in the console has a link to its reasons', async () => {
    await c.api('POST /v1/roles', { name: 'reader', permissions: ['roles:read', 'orgs:read'] })
    await c.person('wim@example.com', ['reader'])
    const { page, leave } = await c.as('wim@example.com', '/console/orgs')
    await heading(page, 'Organisations')
    // The right is taken away while the page is open.
    await c.api('PATCH /v1/roles/reader', { permissions: ['roles:read'] })
    await page.getByLabel('Search by name or slug').fill('a')
    await page.getByRole('alert').getByRole('link', { name: 'Why?' }).click()
    await heading(page, 'Why was it refused?')
    await page.getByText('No role and no rule allows it.').waitFor()
    await leave()
  })
})
