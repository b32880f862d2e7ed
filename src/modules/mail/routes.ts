/** `GET /dev/mail`: what was sent lately, for a developer and for tests of a client. It exists in development alone. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { documentHeaders } from '../../http/security-headers.ts'
import { emailKey } from '../../lib/email.ts'
import { base64url } from '../../lib/encoding.ts'
import { iso } from '../../lib/iso-time.ts'
import { mailPage, mailsPage, type SentMail } from './dev-pages.tsx'

const PATH = '/dev/mail'
const HTML = 'text/html; charset=utf-8'
const unlisted = { public: true, detail: { hide: true } } as const

/** Styles by a nonce, no scripts, and the HTML part in a frame of this origin. */
const pagePolicy = (nonce: string): string =>
  `default-src 'none'; style-src 'nonce-${nonce}'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

/** The mail as a mail program shows it: no scripts, nothing loaded, an origin of its own. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"

/** For `createApp`, which uses it in development and nowhere else: these mails hold codes and links. */
export function routes(deps: Deps) {
  const { config, mailer, queue, random } = deps

  /** After what is queued has been sent: whoever signed up a moment ago finds the mail. */
  async function mails(request: Request): Promise<readonly SentMail[]> {
    if (!isOurHost(request, config.appUrl)) throw problem('request.not_found')
    await queue.idle()
    return mailer.sent()
  }

  async function mailOf(request: Request, id: string): Promise<SentMail> {
    const mail = (await mails(request)).find((candidate) => candidate.id === id)
    if (mail === undefined) throw problem('request.not_found')
    return mail
  }

  function page(write: (nonce: string) => string): Response {
    const nonce = base64url(random.bytes(16))
    return html(write(nonce), pagePolicy(nonce))
  }

  return new Elysia({ name: 'dev-mail', normalize: false })
    .use(access(deps))
    .get(
      PATH,
      async ({ request, query: { to } }) => {
        const sent = await mails(request)
        const items = to === undefined ? sent : sent.filter((mail) => emailKey(mail.to) === emailKey(to))
        return wantsHtml(request) ? page((nonce) => mailsPage(items, nonce)) : { items: items.map(toJson) }
      },
      {
        ...unlisted,
        query: t.Object({ to: t.Optional(t.String({ maxLength: 254 })) }, { additionalProperties: false }),
      },
    )
    .get(
      `${PATH}/:id`,
      async ({ request, params: { id } }) => {
        const mail = await mailOf(request, id)
        return wantsHtml(request) ? page((nonce) => mailPage(mail, nonce)) : { ...toJson(mail), html: mail.html }
      },
      unlisted,
    )
    .get(
      `${PATH}/:id/html`,
      async ({ request, params: { id } }) => html(openingElsewhere((await mailOf(request, id)).html), MAIL_POLICY),
      unlisted,
    )
}

const html = (body: string, policy: string): Response =>
  new Response(body, { headers: { 'content-type': HTML, ...documentHeaders(policy) } })

/** In the frame a link would open in the frame, where most pages refuse to be shown. */
const openingElsewhere = (mail: string): string => mail.replace('<head>', '<head><base target="_blank">')

const wantsHtml = (request: Request): boolean => (request.headers.get('accept') ?? '').includes('text/html')

const toJson = ({ id, to, subject, text, at }: SentMail) => ({
  id,
  to,
  subject,
  text,
  sentAt: iso(at),
})

/**
 * A page elsewhere could give its own name the address of this machine (DNS rebinding) and read the mails as if they were
 * its own. It cannot choose an IP address, `localhost` or the host of APP_URL as its name.
 */
function isOurHost({ url }: Request, appUrl: string): boolean {
  // Without a Host there is no name, and no browser that asks.
  if (!URL.canParse(url)) return false
  const { hostname } = new URL(url)
  return (
    hostname === new URL(appUrl).hostname ||
    /^(?:(?:[\w-]+\.)*localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i.test(hostname)
  )
}
