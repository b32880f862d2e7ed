/** What goes by mail: verifying an address, a forgotten password, signing in with a code. GET never uses a link up. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import type { CauseOf } from '../../http/cause.ts'
import { identifier } from '../../http/identify.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { limitAddress } from '../../http/rate-limits.ts'
import { failures, limited } from '../../http/responses.ts'
import type { Cause } from '../../core/events/queries.ts'
import { accountKey } from '../users/account-key.ts'
import { signInWithProof } from './sign-in-with-proof.ts'
import { guessCode } from '../proofs/limit-code-guesses.ts'
import { tryToken } from '../../core/limits/guesses.ts'
import type { Proof } from '../proofs/mail-proof.ts'
import { deviceTokenOf, presentSignIn } from '../sessions/present-session.ts'
import type { ProofPurpose } from '../proofs/queries.ts'
import { requestMail } from '../proofs/request-mail.ts'
import { resetPassword } from '../passwords/reset-password.ts'
import {
  EmailCodeBody,
  EmailVerified,
  MailBody,
  MailRequested,
  PasswordReset,
  ResetPasswordBody,
  SignInOutcome,
  VerifyEmailBody,
} from '../sessions/session-schema.ts'
import { verifyEmail } from '../emails/verify-email.ts'

const tags = ['Auth']

/** What the handlers of such requests see. */
interface MailRequest {
  body: { email: string }
  cause: CauseOf
  set: { status?: unknown; headers: Record<string, string | number> }
}

/** A link or a code, as a body names it. */
const proofOf = async (
  { db }: Pick<Deps, 'db'>,
  body: { token: string } | { email: string; code: string },
): Promise<Proof> =>
  'token' in body ? { token: body.token } : { emailKey: await accountKey(db, body.email), code: body.code }

export function authByMail(deps: Deps) {
  const { config } = deps
  const redeem = <T>(cause: Cause, proof: Proof, work: () => Promise<T>): Promise<T> =>
    'token' in proof ? tryToken(deps, cause, work) : guessCode(deps, cause, proof.emailKey, work)

  const requestOf =
    (purpose: Exclude<ProofPurpose, 'change-email'>) =>
    async ({ body, cause, set }: MailRequest) => {
      await limitAddress(deps, 'mail:address', cause(), set.headers)
      await requestMail(deps, cause(), purpose, body.email)
      set.status = 202
      return { status: 'mail_requested' as const }
    }

  const mail = {
    public: true,
    body: MailBody,
    response: { 202: MailRequested, ...failures('request.rate_limited') },
  } as const

  return new Elysia({ name: 'auth-by-mail', prefix: '/v1/auth', normalize: false })
    .use(access(deps))
    .post(
      '/verify-email',
      async ({ body, cause, request }) => {
        const proof = await proofOf(deps, body)
        const shown = await identifier(deps).shownSession(request)
        await redeem(cause(), proof, () => verifyEmail(deps, cause(), proof, shown))
        return { status: 'verified' as const }
      },
      {
        public: true,
        body: VerifyEmailBody,
        response: { 200: EmailVerified, ...failures('token.invalid', 'user.email_taken', 'request.rate_limited') },
        detail: {
          tags,
          operationId: 'verifyEmail',
          summary: 'Prove to read an address',
          description:
            'With the link or the code of the mail: of a new account, or of the address it is to move to. A session of that account may come along, for a move the one that asked for it; then nothing that was made before the first proof is taken away, now or later.',
        },
      },
    )
    .post('/verify-email/resend', requestOf('verify-email'), {
      ...mail,
      detail: { ...limited, tags, operationId: 'resendVerification', summary: 'Send the verification mail again' },
    })
    .post('/forgot-password', requestOf('reset-password'), {
      ...mail,
      detail: {
        ...limited,
        tags,
        operationId: 'forgotPassword',
        summary: 'Send a mail that allows a new password',
        description: 'Link and code are good for 30 minutes, once.',
      },
    })
    .post(
      '/reset-password',
      async ({ body, cause }) => {
        const proof = await proofOf(deps, body)
        await redeem(cause(), proof, () => resetPassword(deps, cause(), proof, body.password))
        return { status: 'password_reset' as const }
      },
      {
        public: true,
        body: ResetPasswordBody,
        response: {
          200: PasswordReset,
          ...failures('token.invalid', 'user.password_refused', 'request.rate_limited', 'server.busy'),
        },
        detail: {
          tags,
          operationId: 'resetPassword',
          summary: 'Set a new password',
          description: 'Ends every session of the account. A password that is refused leaves the link or code unused.',
        },
      },
    )
    .post('/email-code', requestOf('sign-in'), {
      ...mail,
      detail: {
        ...limited,
        tags,
        operationId: 'requestEmailCode',
        summary: 'Send a mail to sign in with',
        description: 'Link and code are good for 15 minutes, once.',
      },
    })
    .post(
      '/email-code/verify',
      async ({ body: { useCookie = false, deviceToken, ...body }, set, cause, request }) => {
        if (useCookie) requireAllowedOrigin(request, config)
        const proof = await proofOf(deps, body)
        const kind = useCookie ? 'cookie' : 'token'
        const device = deviceTokenOf(deps, request, { deviceToken })
        const signedIn = await redeem(cause(), proof, () => signInWithProof(deps, cause(), proof, kind, device))
        return presentSignIn(deps, set.headers, signedIn)
      },
      {
        public: true,
        body: EmailCodeBody,
        response: {
          200: SignInOutcome,
          ...failures('token.invalid', 'request.origin_refused', 'request.rate_limited'),
        },
        detail: {
          tags,
          operationId: 'signInWithEmailCode',
          summary: 'Sign in with the code or link of a mail',
          description:
            'Proves the address too. What was made before the first proof is removed (password, passkeys, factors, sessions): whoever made it may not be who reads the mail.',
        },
      },
    )
}
