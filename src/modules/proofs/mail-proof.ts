/**
 * What a mail carries to prove that its reader has the address: a link with 256 random bits, and six digits to type.
 *
 * The database keeps hashes alone. That of the code is keyed by APP_SECRET: a million codes are soon tried. Five wrong
 * guesses end a code and not its link, so who guesses at somebody's code locks nobody out.
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

/** ASVS 6.4.3 and NIST SP 800-63B §3.1.3: short, as far as mail is. A new account has a day. */
const MINUTES: Record<ProofPurpose, number> = {
  'verify-email': 24 * 60,
  'change-email': 30,
  'reset-password': 30,
  'sign-in': 15,
}
/**
 * So many mails for one purpose while the first of them is good, or within an hour: sign-up is no mail bomb. When somebody
 * else has spent them on an address, its owner has a link that works.
 */
const MAILS = 3
const LONGEST_WINDOW_MINUTES = 60
/** Its page. The token stands in the fragment: no server log, proxy or Referer gets to see it. */
const PAGES: Record<ProofPurpose, string> = {
  'verify-email': '/verify-email',
  'change-email': '/confirm-email',
  'reset-password': '/reset-password',
  'sign-in': '/sign-in',
}

const codeKey = oncePer(({ appSecret }: Deps['config']) => deriveKey(appSecret, 'one-time-codes'))

/** Bound to the address: the code sent to one is none of another. */
const hashCode = async (config: Deps['config'], emailKey: string, code: string): Promise<string> =>
  hmac(await codeKey(config), `${emailKey}\0${code}`)

/** How a client names the proof it has. */
export type Proof = { token: string } | { emailKey: string; code: string }

/** What the database knows it by. */
export const proofKey = async ({ config }: Pick<Deps, 'config'>, proof: Proof): Promise<ProofKey> =>
  'token' in proof
    ? { hash: await hashToken(proof.token) }
    : { emailKey: proof.emailKey, codeHash: await hashCode(config, proof.emailKey, proof.code) }

/** Six digits, each code as likely as any other. */
function newCode({ bytes }: Deps['random']): string {
  const RANGE = 1_000_000
  const FAIR = Math.floor(2 ** 32 / RANGE) * RANGE
  for (;;) {
    const drawn = new DataView(bytes(4).buffer).getUint32(0)
    if (drawn < FAIR) return String(drawn % RANGE).padStart(6, '0')
  }
}

/** Who gets the mail, and when. */
export type Addressee =
  /** The active account of an address, if there is one, and `when` holds. */
  | { emailKey: string; when: SQL }
  /** An address that an account is to get, asked for by a session of it; `when`: always, where it is left out. */
  | ({ userId: string; email: string; emailKey: string; when?: SQL } & AskedBySession)

/**
 * The steps that send a proof by mail, if there is such an account and it has not had too many mails. They cost the same
 * either way, one event included: neither the answer nor its time tells who has an account.
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
