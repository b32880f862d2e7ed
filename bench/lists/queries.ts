/** The queries: each list with each filter and sort, common, rare and missing values, and the slowest place of each. */
import { encodeCursor } from '../../src/core/paging/cursors.ts'
import { ACTOR, BIG_ORG, BUSY_USER, eventIdAt, jobIdAt, orgIdAt, personAt, populationOf, userIdAt } from './people.ts'

export interface ListQuery {
  name: string
  path: string
}

type Parameters = Record<string, string | number>

const pathOf = (path: string, parameters: Parameters): string => {
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]))
  return `${path}?${query}`
}

/** The cursor of a page that ended with this user. */
function after(sort: string, index: number): string {
  const [id, email, name, , createdAt] = personAt(index)
  const value = { createdAt, name, email }[sort.replace('-', '')] ?? ''
  return encodeCursor({ order: sort, value, id })
}

const sorts = ['createdAt', '-createdAt', 'name', '-name', 'email', '-email']

/** The queries for this number of users. Cursors point to the middle. */
export function queriesOf(size: number): ListQuery[] {
  const { events, jobs, orgs, members } = populationOf(size)
  const middle = Math.floor(size / 2) + 1
  const people = (name: string, parameters: Parameters = {}) => ({ name, path: pathOf('/v1/users', parameters) })
  const log = (name: string, parameters: Parameters) => ({
    name: `events: ${name}`,
    path: pathOf('/v1/audit-events', parameters),
  })
  const queue = (name: string, parameters: Parameters) => ({
    name: `jobs: ${name}`,
    path: pathOf('/v1/jobs', parameters),
  })
  const organisations = (name: string, parameters: Parameters) => ({
    name: `orgs: ${name}`,
    path: pathOf('/v1/orgs', parameters),
  })
  const team = (name: string, parameters: Parameters, list = 'members') => ({
    name: `${list === 'members' ? list : `org ${list}`}: ${name}`,
    path: pathOf(`/v1/orgs/${BIG_ORG}/${list}`, parameters),
  })
  const afterMember = (index: number) => encodeCursor({ order: 'userId', value: 0, id: userIdAt(index) })
  const cursor = (sort: string) => ({ sort, cursor: after(sort, middle) })
  const newest = (id: string) => encodeCursor({ order: '-id', value: 0, id })
  return [
    ...sorts.map((sort) => people(`users by ${sort}`, { sort })),
    ...sorts.map((sort) => people(`… from the middle by ${sort}`, cursor(sort))),
    people('… from among those without a name', {
      sort: 'name',
      cursor: encodeCursor({ order: 'name', value: '', id: personAt(middle)[0] }),
    }),
    people('… at the end', { sort: 'email', cursor: encodeCursor({ order: 'email', value: 'zzzz', id: 'usr_' }) }),
    people('100 users', { limit: 100 }),
    ...sorts.map((sort) => people(`disabled by ${sort}`, { status: 'disabled', sort })),
    people('active by name, from the middle', { status: 'active', ...cursor('name') }),
    ...['user', 'support', 'admin', 'nobody'].flatMap((role) => [
      people(`role=${role}`, { role }),
      people(`role=${role} by name`, { role, sort: 'name' }),
    ]),
    people('role=founder: all at the far end', { role: 'founder' }),
    people('role=user, disabled', { role: 'user', status: 'disabled' }),
    ...['example', 'maria', 'silva', 'мария', 'müller', 'person99', 'example.org'].flatMap((q) => [
      people(`q=${q}`, { q }),
      people(`q=${q} by name`, { q, sort: 'name' }),
    ]),
    people('q=maria by -email: far from the end', { q: 'maria', sort: '-email' }),
    people('q=maria, from the middle', { q: 'maria', ...cursor('-createdAt') }),
    people('q=maria, 100', { q: 'maria', limit: 100 }),
    people('q=bigcorp: all together in time', { q: 'bigcorp' }),
    people('q=maria silva', { q: 'maria silva' }),
    people('q=mariazoe: no hits, of common letters', { q: 'mariazoe' }),
    people('q=qqqqq: no hits', { q: 'qqqqq' }),
    people('q="a" OR *%_: no hits', { q: '"a" OR *%_' }),
    people('q=100 letters', { q: 'maria.silva'.repeat(10).slice(0, 100) }),
    ...['a', 'ma', 'ex', 'ås', 'ив', '山田', 'qx'].flatMap((q) => [
      people(`q=${q}`, { q }),
      people(`q=${q} by name`, { q, sort: 'name' }),
    ]),
    people('q=a b', { q: 'a b' }),
    people('q=maria s', { q: 'maria s' }),
    people('q=maria, disabled', { q: 'maria', status: 'disabled' }),
    people('q=maria, disabled by name', { q: 'maria', status: 'disabled', sort: 'name' }),
    people('q=maria, role=user', { q: 'maria', role: 'user' }),
    people('q=maria, role=support, disabled', { q: 'maria', role: 'support', status: 'disabled' }),
    people('q=example, role=admin', { q: 'example', role: 'admin' }),
    log('all', {}),
    log('from the middle', { cursor: newest(eventIdAt(Math.floor(events / 2))) }),
    log('a common type', { type: 'session.refreshed' }),
    log('a rare type', { type: 'user.disabled' }),
    log('a type without events', { type: 'mfa.reset' }),
    log('a busy user', { userId: BUSY_USER }),
    log('a busy user, a common type', { userId: BUSY_USER, type: 'session.refreshed' }),
    log('a busy user, a rare type', { userId: BUSY_USER, type: 'user.disabled' }),
    log('any user', { userId: personAt(middle)[0] }),
    log('a busy actor', { actorId: ACTOR }),
    log('a busy actor, a rare type', { actorId: ACTOR, type: 'user.disabled' }),
    log('a busy actor, a type without events', { actorId: ACTOR, type: 'mfa.reset' }),
    log('any user, a busy actor', { userId: personAt(middle)[0], actorId: ACTOR }),
    queue('all', {}),
    queue('from the middle', { cursor: newest(jobIdAt(Math.floor(jobs / 2))) }),
    queue('done', { state: 'done' }),
    queue('dead', { state: 'dead' }),
    queue('mails', { kind: 'mail' }),
    queue('a rare kind', { kind: 'erasure' }),
    queue('a kind without jobs', { kind: 'webhook' }),
    queue('a rare kind, done', { kind: 'erasure', state: 'done' }),
    queue('a busy user', { userId: BUSY_USER }),
    queue('a busy user, dead', { userId: BUSY_USER, state: 'dead' }),
    organisations('all', {}),
    organisations('from the middle', { cursor: newest(orgIdAt(Math.floor(orgs / 2))) }),
    organisations('q=m', { q: 'm' }),
    organisations('q=miller maria', { q: 'miller maria' }),
    organisations('q=李', { q: '李' }),
    organisations('q=zzz: no hits', { q: 'zzz' }),
    organisations('q=m, the names', { q: 'm', cursor: encodeCursor({ order: 'q', value: '0n', id: 'org_' }) }),
    team('all', {}),
    team('from the middle', { cursor: afterMember(Math.floor(members / 2)) }),
    team('100', { limit: 100 }),
    team('role=admin', { role: 'admin' }),
    team('role=nobody', { role: 'nobody' }),
    team('q=maria', { q: 'maria' }),
    team('q=person99', { q: 'person99' }),
    team('q=maria, role=admin', { q: 'maria', role: 'admin' }),
    team('q=mariazoe: no hits', { q: 'mariazoe' }),
    team('all', {}, 'events'),
    team('a type without events', { type: 'org.transferred' }, 'events'),
    { name: 'own organisations', path: '/v1/me/orgs' },
    { name: 'sessions of a user', path: `/v1/users/${personAt(middle)[0]}/sessions` },
    { name: 'own sessions', path: '/v1/me/sessions' },
    { name: 'own export', path: '/v1/me/export' },
  ]
}
