import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { runJobs } from '../../../src/jobs.ts'
import { type Answer, call } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { member, newOrg, sql } from '../invitations/support/orgs.ts'
import { deliver } from '../proofs/support/mail.ts'
import { dnsResponse, message, record, resolver, strings, type Zone } from './support/dns.ts'

const DAY = 86_400_000
let t: TestApp
let zone: Zone = {}
beforeAll(async () => {
  t = await createTestApp()
  resolver(t, zone)
})
afterEach(() => {
  zone = {}
  resolver(t, zone)
})
afterAll(() => t.close())

interface DomainBody {
  id: string
  domain: string
  status: string
  autoJoin: boolean
  record: { type: string; name: string; value: string }
  verifiedAt: string | null
  code?: string
}
type Org = { id: string; token: string }
let domains = 0
const newDomain = () => `acme-${++domains}.example`
const ask = (org: Org, method: string, path: string, body?: unknown): Promise<Answer<DomainBody>> =>
  call<DomainBody>(t, `${method} /v1/orgs/${org.id}/domains${path}`, {
    token: org.token,
    ...(body === undefined ? {} : { body }),
  })
const add = async (org: Org, domain = newDomain(), more = {}) => {
  const answer = await ask(org, 'POST', '', { domain, ...more })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body
}
const publish = ({ record: { name, value } }: DomainBody) => {
  zone[name] = { txt: ['v=spf1 -all', value] }
}
const proved = async (org: Org, domain = newDomain(), more = {}) => {
  const added = await add(org, domain, more)
  publish(added)
  const answer = await ask(org, 'POST', `/${added.id}/verify`)
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.body
}
const verify = (org: Org, { id }: DomainBody) => ask(org, 'POST', `/${id}/verify`)

describe('a domain', () => {
  test('is proved by the TXT record that its answer shows', async () => {
    const org = await newOrg(t)
    const added = await add(org, 'Acme-Proof.Example')
    expect(added).toMatchObject({
      domain: 'acme-proof.example',
      status: 'pending',
      autoJoin: false,
      verifiedAt: null,
      record: { type: 'TXT', name: '_threeger.acme-proof.example' },
    })
    expect(added.record.value).toMatch(/^threeger-verification=[\w-]{32}$/)
    expect((await verify(org, added)).body.code).toBe('domain.record_missing')
    publish(added)
    const answer = await verify(org, added)
    expect([answer.status, answer.body.status]).toEqual([200, 'verified'])
    expect(t.asked.at(-1)).toBe(t.deps.config.variables.DNS_OVER_HTTPS_URL)
    const { body } = await call<{ items: DomainBody[] }>(t, `GET /v1/orgs/${org.id}/domains`, { token: org.token })
    expect(body.items.map(({ domain, status }) => [domain, status])).toEqual([['acme-proof.example', 'verified']])
  })

  test('is proved by a record in chunks and behind a CNAME, and by no other text', async () => {
    const org = await newOrg(t)
    const added = await add(org)
    const { name, value } = added.record
    for (const text of [`x${value}`, value.slice(0, -1), value.toUpperCase(), `"${value}"`, 'threeger-verification=']) {
      zone[name] = { txt: [text] }
      expect((await verify(org, added)).body.code).toBe('domain.record_missing')
    }
    zone['elsewhere.example'] = { txt: [[value.slice(0, 9), value.slice(9)]] }
    zone[name] = { cname: 'elsewhere.example' }
    expect((await verify(org, added)).status).toBe(200)
  })

  test('of another organisation is proved by nobody else, of two at once one wins', async () => {
    const [one, two] = [await newOrg(t), await newOrg(t)]
    const domain = newDomain()
    const [first, second] = [await add(one, domain), await add(two, domain)]
    expect(first.record.value).not.toBe(second.record.value)
    zone[first.record.name] = { txt: [first.record.value, second.record.value] }
    const asked = Array.from({ length: 20 }, (_, n) => (n % 2 ? verify(one, first) : verify(two, second)))
    const answers = await Promise.all(asked)
    const winners = new Set(answers.flatMap(({ status, body }) => (status === 200 ? [body.id] : [])))
    expect(winners.size).toBe(1)
    expect(new Set(answers.flatMap(({ body }) => body.code ?? []))).toEqual(new Set(['domain.taken']))
    const { rows } = await sql(
      t,
      'SELECT count(*) AS n FROM org_domains WHERE domain = ? AND verified_at IS NOT NULL',
      [domain],
    )
    expect(rows[0]?.n).toBe(1)
    // The loser can have it when the winner gave it up.
    const [winner, loser] = winners.has(first.id)
      ? [one, { org: two, domain: second }]
      : [two, { org: one, domain: first }]
    expect((await ask(winner, 'DELETE', `/${[...winners][0]}`)).status).toBe(204)
    expect((await verify(loser.org, loser.domain)).status).toBe(200)
  })

  test('that is international is one domain in every spelling', async () => {
    const org = await newOrg(t)
    const added = await add(org, ' MÜNCHEN-Werk.example ')
    expect(added.domain).toBe('xn--mnchen-werk-thb.example')
    expect((await ask(org, 'POST', '', { domain: 'xn--mnchen-werk-thb.example' })).body.code).toBe('domain.exists')
    publish(added)
    expect((await verify(org, added)).status).toBe(200)
  })

  test.each(['gmail.com', 'Outlook.com', 'co.uk', 'github.io', 'host.local', 'x.invalid', 'ＧＭＡＩＬ.com'])(
    'that belongs to many people is refused: %s',
    async (domain) => {
      expect((await ask(await newOrg(t), 'POST', '', { domain })).body.code).toBe('domain.public')
    },
  )

  test('that is none is 422 and is not echoed', async () => {
    const org = await newOrg(t)
    const bad = [
      'swapped',
      'swapped.',
      '.swapped',
      'a..swapped',
      'swapped.1',
      '127.0.0.1',
      'https://swapped.example',
      'swapped.example/x',
      'a@swapped.example',
      `${'a'.repeat(64)}.swapped`,
      'xn--swapped-.example',
      'a b.swapped',
      'swapped.example:53',
    ]
    for (const domain of bad) {
      const { status, text } = await ask(org, 'POST', '', { domain })
      expect([domain, status, text.includes('swapped')]).toEqual([domain, 422, false])
    }
    for (const body of [
      {},
      { domain: 1 },
      { domain: newDomain(), verifiedAt: 1 },
      { domain: newDomain(), challenge: 'x' },
      { domain: newDomain(), orgId: 'x' },
    ])
      expect((await ask(org, 'POST', '', body)).status).toBe(422)
  })

  test('is one of fifty at most, also when they are added at once', async () => {
    const org = await newOrg(t)
    await sql(
      t,
      `INSERT INTO org_domains (id, org_id, domain, challenge, auto_join, created_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 48) SELECT 'dom_' || ? || i, ?, 'many-' || i || '.example', 'x', 0, 0 FROM n`,
      [org.id, org.id],
    )
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(org, 'POST', '', { domain: newDomain() })))
    expect(answers.map(({ status, body }) => body.code ?? status).sort()).toEqual([
      201,
      201,
      'domain.too_many',
      'domain.too_many',
      'domain.too_many',
    ])
  })

  test('is of its organisation: swapped ids are 404 and change nothing', async () => {
    const [org, other] = [await newOrg(t), await newOrg(t)]
    const added = await add(org)
    publish(added)
    for (const [method, path, body] of [
      ['POST', `/${added.id}/verify`],
      ['PATCH', `/${added.id}`, { autoJoin: true }],
      ['DELETE', `/${added.id}`],
    ] as const) {
      expect((await ask(other, method, path, body)).status).toBe(404)
      expect((await ask({ id: org.id, token: other.token }, method, path, body)).body.code).toBe('org.not_found')
    }
    const { body } = await call<{ items: DomainBody[] }>(t, `GET /v1/orgs/${org.id}/domains`, { token: org.token })
    expect(body.items).toMatchObject([{ status: 'pending', autoJoin: false }])
  })

  test('is managed by admins, not by members', async () => {
    const org = await newOrg(t)
    const [admin, plain] = [await member(t, org.id, ['admin']), await member(t, org.id)]
    const added = await add({ id: org.id, token: admin.accessToken })
    const asPlain = { id: org.id, token: plain.accessToken }
    for (const [method, path, body] of [
      ['GET', ''],
      ['POST', '', { domain: newDomain() }],
      ['POST', `/${added.id}/verify`],
      ['DELETE', `/${added.id}`],
    ] as const)
      expect((await ask(asPlain, method, path, body)).status).toBe(403)
  })

  test('requires a fresh session to let people join, and to be removed', async () => {
    const org = await newOrg(t)
    const added = await add(org)
    await sql(t, 'UPDATE sessions SET authenticated_at = ? WHERE user_id = ?', [
      t.clock.now() - 11 * 60_000,
      org.owner.user.id,
    ])
    t.deps.principals.forgetAll()
    const fresh = 'auth.fresh_session_required'
    expect((await ask(org, 'POST', '', { domain: newDomain(), autoJoin: true })).body.code).toBe(fresh)
    expect((await ask(org, 'PATCH', `/${added.id}`, { autoJoin: true })).body.code).toBe(fresh)
    expect((await ask(org, 'DELETE', `/${added.id}`)).body.code).toBe(fresh)
  })
})

describe('the resolver', () => {
  const huge = new Uint8Array(70_000)
  const answers: [string, () => Promise<Response>][] = [
    ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
    ['takes too long', () => Promise.reject(new DOMException('timed out', 'TimeoutError'))],
    ['answers 500', async () => new Response('', { status: 500 })],
    ['redirects', async () => new Response('', { status: 302, headers: { location: 'http://127.0.0.1/' } })],
    ['sends HTML', async () => new Response('<p>', { headers: { 'content-type': 'text/html' } })],
    ['sends nothing', async () => dnsResponse('')],
    ['sends garbage', async () => dnsResponse(crypto.getRandomValues(new Uint8Array(300)))],
    ['sends too much', async () => dnsResponse(huge)],
    ['answers another question', async () => dnsResponse(message('acme.example', []))],
  ]
  test.each(answers)('that %s proves nothing, and takes no proof away', async (_, answer) => {
    const org = await newOrg(t)
    const [pending, known] = [await add(org), await proved(org)]
    t.foreign.answer = answer
    for (const domain of [pending, known]) {
      const { status, body, headers } = await verify(org, domain)
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'domain.resolver_unavailable', '30'])
    }
    const { body } = await call<{ items: DomainBody[] }>(t, `GET /v1/orgs/${org.id}/domains`, { token: org.token })
    expect(body.items.map(({ status }) => status).sort()).toEqual(['pending', 'verified'])
  })

  test('is told SERVFAIL from NXDOMAIN', async () => {
    const org = await newOrg(t)
    const added = await add(org)
    zone[added.record.name] = { rcode: 2 }
    expect((await verify(org, added)).status).toBe(503)
    zone[added.record.name] = { rcode: 5 }
    expect((await verify(org, added)).status).toBe(503)
    delete zone[added.record.name]
    expect((await verify(org, added)).body.code).toBe('domain.record_missing')
  })

  test('is not asked for a domain of another organisation, nor followed, nor waited for without end', async () => {
    const [org, other] = [await newOrg(t), await newOrg(t)]
    const added = await add(org)
    const before = t.asked.length
    await verify(other, added)
    expect(t.asked.length).toBe(before)
    let init: RequestInit | undefined
    t.foreign.answer = async (_, asked) => {
      init = asked
      return dnsResponse(message(added.record.name, [record(added.record.name, 16, strings([added.record.value]))]))
    }
    expect((await verify(org, added)).status).toBe(200)
    expect(init).toMatchObject({ method: 'POST', redirect: 'manual' })
    expect(init?.signal).toBeInstanceOf(AbortSignal)
  })
})

test('thirty checks of one organisation in an hour are the limit', async () => {
  const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  try {
    resolver(limited, {})
    const org = await newOrg(limited)
    const made = await call<DomainBody>(limited, `POST /v1/orgs/${org.id}/domains`, {
      token: org.token,
      body: { domain: newDomain() },
    })
    const statuses: number[] = []
    for (let round = 0; round < 31; round++)
      statuses.push(
        (await call(limited, `POST /v1/orgs/${org.id}/domains/${made.body.id}/verify`, { token: org.token })).status,
      )
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 409), 429])
  } finally {
    await limited.close()
  }
})

describe('the weekly check', () => {
  const run = () => runJobs(t.deps, 'recheck-domains')
  const statusOf = async (org: Org, id: string) =>
    (await call<{ items: DomainBody[] }>(t, `GET /v1/orgs/${org.id}/domains`, { token: org.token })).body.items.find(
      (domain) => domain.id === id,
    )?.status

  test('ends the proof of a domain whose record is gone twice, and tells the owners', async () => {
    const org = await newOrg(t)
    const second = await member(t, org.id, ['owner'])
    const [kept, lost, back] = [await proved(org), await proved(org), await proved(org)]
    await deliver(t)
    const week = async () => {
      t.clock.advance(7 * DAY)
      await run()
    }
    delete zone[lost.record.name]
    delete zone[back.record.name]
    await week()
    await run() // nothing is due
    expect(await statusOf(await again(org), lost.id)).toBe('verified')
    publish(back)
    await week()
    delete zone[back.record.name]
    const now = await again(org)
    expect([await statusOf(now, kept.id), await statusOf(now, lost.id), await statusOf(now, back.id)]).toEqual([
      'verified',
      'pending',
      'verified',
    ])
    // The domains of the other tests are lost too.
    const ours = lost.domain.split('.')[0] ?? ''
    const told = (await deliver(t)).filter(
      ({ subject, text }) => subject.includes('no longer verified') && text.includes(`Domain: ${ours}.`),
    )
    expect(told.map(({ to }) => to).sort()).toEqual([org.owner.user.email, second.user.email].sort())
    const { rows } = await sql(
      t,
      "SELECT count(*) AS n FROM events WHERE type = 'domain.verification_lost' AND org_id = ?",
      [org.id],
    )
    expect(rows[0]?.n).toBe(1)
    // The record counts again when it is back.
    publish(lost)
    expect((await verify(now, lost)).status).toBe(200)
  })

  test('counts no failure of the resolver', async () => {
    const org = await newOrg(t)
    const domain = await proved(org)
    t.foreign.answer = () => Promise.reject(new TypeError('fetch failed'))
    for (let week = 0; week < 4; week++) {
      t.clock.advance(7 * DAY)
      await run()
    }
    expect(await statusOf(await again(org), domain.id)).toBe('verified')
  })

  /** The owner, in a new session: weeks have passed. */
  async function again(org: Awaited<ReturnType<typeof newOrg>>): Promise<Org> {
    const { body } = await call<{ accessToken: string }>(t, 'POST /v1/auth/sign-in', {
      body: { email: org.owner.user.email, password: 'correct horse battery staple' },
    })
    return { id: org.id, token: body.accessToken }
  }
})
