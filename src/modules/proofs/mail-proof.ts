/**
 * The proof in a mail, which shows that its reader has the address: a link with 256 random bits, and a six-digit code
 * to type.
 *
 * The database stores only hashes. The hash of the code is keyed with a key from APP_SECRET, because an attacker can
 * try a million codes quickly. Five wrong guesses end a code but not its link, so a person who guesses at codes locks
 * no owner out.
 */
import type { SQL } from 'drizzle-orm'
import type { Deps } from '../../deps.ts'
import { deriveKey, hmac } from '../../lib/crypto.ts'
import { base64url } from '../../lib/encoding.ts'
import { oncePer } from '../../lib/once-per.ts'
import { hashToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { MINUTE_MS } from '../../lib/durations.ts'
import { recorded, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { always, both, type Cause, didNotHappen, happened, noteEventIf } from '../../core/events/queries.ts'
import type { MailContent } from '../mail/content.ts'
import { queueMail } from '../mail/queue-mail.ts'
import type { MailBudget } from './mail-budget-queries.ts'
import {
  type AskedBySession,
  insertProof,
  insertProofOfNewAddress,
  type NewProof,
  ownerOfEmail,
  ownerOfProof,
  type ProofKey,
  type ProofPurpose,
  voidOlderCodes,
} from './queries.ts'

export type ProofDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue'>

/**
 * Lifetime of a proof in minutes. Short, but long enough for mail delivery (ASVS 6.4.3, NIST SP 800-63B §3.1.3). A
 * new account has a day.
 */
const MINUTES: Record<ProofPurpose, number> = {
  'verify-email': 24 * 60,
  'change-email': 30,
  'reset-password': 30,
  'sign-in': 15,
}
/**
 * Maximum number of mails to one address for one purpose, in the lifetime of the proof or in one hour, whichever is
 * shorter. This prevents mail bombs by sign-up. If another person has used up these mails, the owner still has a link
 * that works.
 */
const MAILS = 3
const LONGEST_WINDOW_MINUTES = 60
/** The page of each purpose. The token is in the fragment, so no server log, proxy or Referer receives it. */
const PAGES: Record<ProofPurpose, string> = {
  'verify-email': '/verify-email',
  'change-email': '/confirm-email',
  'reset-password': '/reset-password',
  'sign-in': '/sign-in',
}

const codeKey = oncePer(({ appSecret }: Deps['config']) => deriveKey(appSecret, 'one-time-codes'))

/** The hash of a code is bound to the address: a code sent to one address is not valid for another. */
const hashCode = async (config: Deps['config'], emailKey: string, code: string): Promise<string> =>
  hmac(await codeKey(config), `${emailKey}\0${code}`)

/** The proof as a client sends it. */
export type Proof = { token: string } | { emailKey: string; code: string }

/** The key of the proof in the database. */
export const proofKey = async ({ config }: Pick<Deps, 'config'>, proof: Proof): Promise<ProofKey> =>
  'token' in proof
    ? { hash: await hashToken(proof.token) }
    : { emailKey: proof.emailKey, codeHash: await hashCode(config, proof.emailKey, proof.code) }

/** Returns six random digits. Every code is equally likely. */
function newCode({ bytes }: Deps['random']): string {
  const RANGE = 1_000_000
  const FAIR = Math.floor(2 ** 32 / RANGE) * RANGE
  for (;;) {
    const drawn = new DataView(bytes(4).buffer).getUint32(0)
    if (drawn < FAIR) return String(drawn % RANGE).padStart(6, '0')
  }
}

/** A proof that is a link alone, and the link. It is stored when its statement runs. */
export async function newLinkProof(
  { config, clock, random }: Pick<Deps, 'config' | 'clock' | 'random'>,
  purpose: ProofPurpose,
): Promise<{ proof: NewProof; link: string }> {
  const now = clock.now()
  const token = base64url(random.bytes(TOKEN_BYTES))
  const proof: NewProof = {
    id: random.id('ott'),
    purpose,
    hash: await hashToken(token),
    codeHash: null,
    createdAt: now,
    expiresAt: now + MINUTES[purpose] * MINUTE_MS,
  }
  return { proof, link: `${config.appUrl}${PAGES[purpose]}#token=${token}` }
}

/** The receiver of the mail. */
export type Addressee =
  /** The active account of an address, if it exists and `when` holds. */
  | { emailKey: string; when: SQL }
  /** A new address for an account, requested by a session of that account. If `when` is absent, it always holds. */
  | ({ userId: string; email: string; emailKey: string; when?: SQL } & AskedBySession)

/**
 * Returns the steps that send a proof by mail, if the account exists and its address has not reached the limit of
 * mails. The steps cost the same in both cases and write one event. So the answer and its time do not reveal which
 * addresses have an account.
 */
export async function mailProof(
  deps: ProofDeps,
  cause: Cause,
  purpose: ProofPurpose,
  to: Addressee,
  template: ProofPurpose | 'account-exists' = purpose,
): Promise<readonly Step[]> {
  const { config, db, clock, random } = deps
  const now = clock.now()
  const token = base64url(random.bytes(TOKEN_BYTES))
  const code = newCode(random)
  const minutes = MINUTES[purpose]
  const proof: NewProof = {
    id: random.id('ott'),
    purpose,
    hash: await hashToken(token),
    codeHash: template === 'account-exists' ? null : await hashCode(config, to.emailKey, code),
    createdAt: now,
    expiresAt: now + minutes * MINUTE_MS,
  }
  const budget: MailBudget = { mails: MAILS, since: now - Math.min(minutes, LONGEST_WINDOW_MINUTES) * MINUTE_MS }
  const when = to.when ?? always
  const statement =
    'userId' in to
      ? insertProofOfNewAddress(db, proof, to, budget, when)
      : insertProof(db, proof, to.emailKey, budget, when)
  const owner = ownerOfProof(proof.id)
  const requested = newEvent(deps, cause, 'auth.mail_requested', { userId: owner, data: { mail: template } })
  const refused = newEvent(deps, cause, 'auth.mail_requested', {
    userId: ownerOfEmail(to.emailKey),
    result: 'failure',
    data: { mail: template },
  })
  const link = `${config.appUrl}${PAGES[purpose]}#token=${token}`
  const content: MailContent =
    template === 'account-exists'
      ? { template, data: { resetLink: link } }
      : { template, data: { link, code, minutes } }
  return [
    recorded(statement, requested),
    ...(proof.codeHash === null ? [] : [voidOlderCodes(db, proof, requested)]),
    noteEventIf(db, refused, both(when, didNotHappen(requested))),
    await queueMail(
      deps,
      {
        userId: owner,
        eventId: requested.id,
        content,
        cause,
        to: 'userId' in to ? to.email : undefined,
      },
      happened(requested),
    ),
  ]
}
