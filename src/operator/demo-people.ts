/** The users of the demo data. They are the same on every run, at domains that are reserved (RFC 2606). */
import type { BuiltInRole } from '../core/permissions.ts'

/** This password is public. It is long enough for the policy and in no list of breached passwords. */
export const DEMO_PASSWORD = 'everybody knows this demo password'
export const DEMO_DOMAIN = 'demo.example'

export const demoPeople: readonly { email: string; name: string; roles: readonly BuiltInRole[] }[] = [
  { email: 'ada@example.com', name: 'Ada Lovelace (demo)', roles: ['admin', 'user'] },
  { email: 'grace@example.com', name: 'Grace Hopper (demo)', roles: ['user'] },
  { email: 'alan@example.com', name: 'Alan Turing (demo)', roles: ['user'] },
]

export interface DemoUser {
  email: string
  name: string
  emailVerified: boolean
  status: 'active' | 'disabled'
}

const given =
  'Amara Bjørn Chloé Dmitri Elif Farid Gréta Hiroshi Ines Jomo Katja Léo Mei Noor Olga Pedro Quynh Ravi Søren Tala'.split(
    ' ',
  )
const family =
  'Abara Bianchi Castillo Dahl Eriksen Fischer Głowacki Haddad Ivanov Jansen Kowalska Lindqvist Moreau Nakamura Okafor'.split(
    ' ',
  )

/** 300 users: every given name with every family name. Every 12th is disabled; every 5th has not verified the e-mail. */
export const demoUsers = (): DemoUser[] =>
  family.flatMap((last, row) =>
    given.map((first, column) => {
      const index = row * given.length + column
      return {
        email: `${ascii(first)}.${ascii(last)}@${DEMO_DOMAIN}`,
        name: `${first} ${last}`,
        emailVerified: index % 5 !== 4,
        status: index % 12 === 11 ? ('disabled' as const) : ('active' as const),
      }
    }),
  )

const ascii = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
    .normalize('NFD')
    .replaceAll(/[^a-z]/g, '')
