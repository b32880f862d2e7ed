/**
 * What a feature promises to the tests of all features: `test/modules/<noun>/contract.ts` says it, and the tests of
 * `test/contract`, `test/runtime` and `test/modules/mail` ask it. `test/support/contracts.ts` collects them.
 */
import type { TemplateName, Templates } from '../../src/modules/mail/content.ts'
import type { FakeGitHub } from '../modules/providers/support/fake-github.ts'
import type { RuntimeCase } from '../runtime/case.ts'
import type { Operation } from '../runtime/round-trips/operation.ts'
import type { Call, Session } from './client.ts'
import type { TestApp } from './test-app.ts'

export interface Contract {
  /** The access matrix: `POST /v1/users/:id/disable` and who may call it. */
  access: Readonly<Record<string, string>>
  /** Makes one of what each own route with an `:id` takes, of this person. Returns the ids, by route. */
  swappedIds?: (t: TestApp, owner: Session) => Promise<Record<string, string>>
  /**
   * Makes one of what each own route below `/v1/orgs/:id` takes as a further parameter, in this organisation. Returns the
   * parameters by route: `{ 'DELETE /v1/orgs/:id/members/:userId': { userId: 'usr_…' } }`. `test/contract/org-matrix.test.ts`
   * asks for them in another organisation.
   */
  orgIds?: (t: TestApp, owner: Session, orgId: string) => Promise<Record<string, Record<string, string>>>
  /** What a request may cost, and how each route is asked. */
  writes: Writes
  /** Every route, and each way of asking it whose round trips differ. The table of docs/edge.md shows them. */
  roundTrips: readonly Operation[]
  /** What every runtime is asked to prove. */
  runtime: readonly RuntimeCase[]
  /** Tables with a `user_id` that hold no way in, no factor, no proof and no session, and why (ADR 0012). */
  nothingToTrust?: Readonly<Record<string, string>>
  /** One mail of each template that the feature sends. */
  mails?: { readonly [Name in TemplateName]?: Templates[Name] }
}

export interface Writes {
  /** The most calls to the database that a request may cost whose caller is not known yet, by route. */
  budget: Readonly<Record<string, number>>
  /** Calls each route in each way that may have another cost, with its own accounts. */
  ask: (asked: Asked) => Promise<void>
}

export interface Asked {
  t: TestApp
  /** Sends the request with empty caches, records the cost for this route, and returns the answer. The expected status is 200. */
  pay: (route: string, path: string, asked?: Call, expected?: number) => Promise<number>
  /** A new session of the administrator. */
  admin: () => Promise<string>
  /** Who answers for GitHub. */
  github: FakeGitHub
}

/** `export const contract = defineContract({ access: { 'GET /v1/roles': 'roles:read' }, … })` */
export const defineContract = <const C extends Contract>(contract: C): C => contract

/** When something happened in a mail of `mails`. */
export const AT = Date.UTC(2026, 6, 9, 12, 5)
/** In a mail of `mails`. */
export const LINK = 'https://id.acme.example/verify?token=0123456789abcdefghijklmnopqrstuvwxyzABCDEFG&lt=1&copy=2'
/** What a mail of `mails` proves with. */
export const PROOF = { link: LINK, code: '482913', minutes: 30 }
/** Who did something, in a mail of `mails`. */
export const PLACE = { device: 'Firefox on Linux', address: '203.0.113.7', at: AT }
