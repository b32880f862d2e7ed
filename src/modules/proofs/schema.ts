import { type TProperties, Type } from '@sinclair/typebox'
import { oneTimeCode } from '../../lib/codes.ts'
import { AccountEmail } from '../../lib/email.ts'
import { OPAQUE_TOKEN } from '../sessions/session-schema.ts'

const closed = { additionalProperties: false }

const LinkToken = Type.String({
  minLength: 1,
  maxLength: 512,
  description: 'The token from the fragment of the link in the mail.',
  examples: [OPAQUE_TOKEN],
})
export const Code = oneTimeCode('The six digits in the mail.')

/** The body of a request with a link token or a code from a mail, and the other fields of the request. */
export const withProof = <More extends TProperties>(title: string, more: More) =>
  Type.Union(
    [
      Type.Object({ token: LinkToken, ...more }, { ...closed, title: `${title}ByLink` }),
      Type.Object({ email: AccountEmail, code: Code, ...more }, { ...closed, title: `${title}ByCode` }),
    ],
    { title },
  )

export const MailBody = Type.Object({ email: AccountEmail }, { ...closed, title: 'MailRequest' })
export const MailRequested = Type.Object(
  { status: Type.Literal('mail_requested') },
  { title: 'MailRequested', description: 'The answer is the same whether the account exists or not.' },
)

export const VerificationPending = Type.Object(
  { status: Type.Literal('verification_required') },
  { title: 'VerificationPending', description: 'The answer is the same for new and for known addresses.' },
)
