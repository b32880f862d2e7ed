import type { TestApp } from '../../../support/test-app.ts'

let proved = 0

/** From now on the organisation has proved the domain, and no other one has. */
export async function proveDomain(t: TestApp, orgId: string, domain: string): Promise<void> {
  const { $client: client } = t.deps.db
  await client.execute('DELETE FROM org_domains WHERE domain = ?', [domain])
  const id = `dom_${String(++proved).padStart(32, '0')}`
  await client.execute(
    `INSERT INTO org_domains (id, org_id, domain, challenge, auto_join, created_at, verified_at) VALUES (?, ?, ?, 'x', 0, 0, 1)`,
    [id, orgId, domain],
  )
}
