/** The users of the data set. Each follows from its number, so they are the same each time. The first is twelve days old. */

export interface Population {
  users: number
  events: number
  jobs: number
  /** Organisations, and members of the largest one. Every other organisation has no member. */
  orgs: number
  members: number
}

const MOST_ORGS = 100_000

/** As many events and jobs as a new product has for this number of users. */
export const populationOf = (users: number): Population => ({
  users,
  events: users,
  jobs: Math.ceil(users / 5),
  orgs: Math.min(users, MOST_ORGS),
  members: Math.min(users, MOST_ORGS),
})

const FIRST = [
  ...[
    'Ana',
    'Bruno',
    'Carla',
    'Daniel',
    'Elena',
    'Felix',
    'Grace',
    'Hugo',
    'Irene',
    'James',
    'Karen',
    'Lucas',
    'Maria',
  ],
  ...['Nora', 'Oscar', 'Paula', 'Quinn', 'Robert', 'Sofia', 'Thomas', 'Ursula', 'Victor', 'William', 'Xenia', 'Yara'],
  ...[
    'Zoe',
    'José',
    'Åsa',
    'Jürgen',
    'Zoë',
    'Łukasz',
    'François',
    'Иван',
    'Мария',
    'Андрей',
    '山田',
    '李',
    '김',
    'Αθηνά',
  ],
]
const LAST = [
  ...[
    'Almeida',
    'Brown',
    'Costa',
    'Davis',
    'Evans',
    'Fischer',
    'Garcia',
    'Hansen',
    'Ito',
    'Johnson',
    'Keller',
    'Lopez',
  ],
  ...[
    'Miller',
    'Nguyen',
    'Oliveira',
    'Pereira',
    'Quiroga',
    'Rossi',
    'Silva',
    'Taylor',
    'Ueda',
    'Vogel',
    'Walker',
    'Young',
  ],
  ...['Zimmermann', "O'Brien", 'Müller', 'Sørensen', 'Петров', '太郎', 'Meyer-Lang', 'de la Cruz', 'van Dijk', 'Smith'],
]
/** A company with 40,000 users: all of them have consecutive dates. */
const BLOCK = 40_000
const DAY = 86_400_000
/** No row is so old that the server would sweep it during the measurement. */
const START = Math.floor(Date.now() / DAY) * DAY - 12 * DAY
const JOBS_START = START + 9 * DAY
const SECOND = 1_000

/** Spreads consecutive numbers: Knuth's multiplicative hash, 32 bits. */
const scattered = (index: number, salt: number): number => Math.imul(index ^ (salt * 0x9e3779b9), 0x9e3779b1) >>> 0

const pick = <T>(list: readonly T[], number: number): T => list[number % list.length] as T // never empty

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0')
const idOf = (prefix: string, at: number, index: number): string => `${prefix}_${hex(at, 12)}7${hex(index, 19)}`

export const userIdAt = (index: number): string => idOf('usr', START + index * SECOND, index)

/** id, e-mail, name, status, creation, roles. */
export function personAt(index: number): [string, string, string, string, number, string[]] {
  const first = pick(FIRST, scattered(index, 1) >>> 8)
  const last = pick(LAST, scattered(index, 2) >>> 8)
  const chance = scattered(index, 3) >>> 8
  const ascii = `${first}.${last}`
    .normalize('NFD')
    .replace(/[^A-Za-z.-]/g, '')
    .toLowerCase()
    .replace(/^\.|\.$/g, '')
  const domain =
    index >= BLOCK && index < 2 * BLOCK
      ? 'bigcorp.example'
      : pick(['example.com', 'example.com', 'mail.example', 'post.example.org'], chance)
  // One in eight has no name, like anonymous users. One in a hundred is disabled. One in ten was imported.
  const name = chance % 8 === 0 ? '' : `${first} ${last}`
  const created = chance % 10 === 0 ? START - (chance % 50_000_000) * SECOND : START + index * SECOND
  const roles = [
    'user',
    ...(index % 50_021 === 7 ? ['admin'] : []),
    ...(chance % 200 === 1 ? ['support'] : []),
    ...(index < BLOCK ? ['founder'] : []),
  ]
  return [
    userIdAt(index),
    `${ascii || 'person'}${index}@${domain}`,
    name,
    chance % 100 === 2 ? 'disabled' : 'active',
    created,
    roles,
  ]
}

export const eventIdAt = (index: number): string => idOf('evt', START + index * SECOND, index)
export const jobIdAt = (index: number): string => idOf('job', JOBS_START + index * SECOND, index)

/** The user who requests the lists. */
export const ADMINISTRATOR = {
  id: `usr_${'f'.repeat(32)}`,
  email: 'administrator@example.com',
  password: 'correct horse battery staple',
  createdAt: START,
}

/** The user of every tenth event and job. */
export const BUSY_USER = userIdAt(3)
/** The actor of every second event. */
export const ACTOR = userIdAt(7)

export const orgIdAt = (index: number): string => idOf('org', START + index * SECOND, index)
/** The organisation with all members. */
export const BIG_ORG = orgIdAt(0)

/** id, name, slug, creation. */
export function orgAt(index: number): [string, string, string, number] {
  const name = `${pick(LAST, scattered(index, 7) >>> 8)} ${pick(FIRST, scattered(index, 8) >>> 8)}`
  const slug = name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z]+/g, '-')
    .replace(/^-|-$/g, '')
  return [orgIdAt(index), name, `${slug || 'org'}-${index}`, START + index * SECOND]
}

/** The user, and the roles in the largest organisation. One of 20,000 is an owner, one of 200 an admin. */
export const memberAt = (index: number): [string, string[]] => [
  userIdAt(index),
  index % 20_000 === 0 ? ['owner'] : index % 200 === 1 ? ['admin', 'member'] : ['member'],
]

/**
 * id, type, time, actor, user, organisation. Every tenth event concerns one user and the largest organisation. One
 * administrator is the actor of half of them.
 */
export function eventAt(index: number, { users }: Population): [string, string, number, string, string, string | null] {
  const at = START + index * SECOND
  const types = ['session.created', 'session.refreshed', 'user.updated', 'session.ended'] as const
  const rare = index % 20_011 === 5
  const whom = index % 10 === 0 ? BUSY_USER : userIdAt(scattered(index, 4) % users)
  return [
    idOf('evt', at, index),
    rare ? 'user.disabled' : index % 100 === 0 ? 'member.roles_changed' : pick(types, scattered(index, 5) >>> 8),
    at,
    index % 2 ? ACTOR : whom,
    whom,
    index % 10 === 0 ? BIG_ORG : null,
  ]
}

/** id, kind, user, state, time. */
export function jobAt(index: number, { users }: Population): [string, string, string, string, number] {
  const at = JOBS_START + index * SECOND
  const state = index % 5_003 === 4 ? 'dead' : 'done'
  const whom = index % 10 === 0 ? BUSY_USER : userIdAt(scattered(index, 6) % users)
  return [jobIdAt(index), index % 3_001 === 0 ? 'erasure' : 'mail', whom, state, at]
}
