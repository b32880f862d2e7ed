/** `GET /dev/mail`: the mails sent last, for developers and for tests of a client. Exists in development only. */
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

/** Styles need a nonce, scripts are forbidden, and the HTML part is in a frame of this origin. */
const pagePolicy = (nonce: string): string =>
  `default-src 'none'; style-src 'nonce-${nonce}'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

/** The mail as a mail program shows it: without scripts, without external resources, in an origin of its own. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"

/** `createApp` uses this in development only: these mails contain codes and links. */
export function routes(deps: Deps) {
  const { config, mailer, queue, random } = deps

  /** Waits until the queued mails are sent, so that a client that signed up a moment ago finds its mail. */
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

/** Without this, a link would open inside the frame, and most pages refuse to be framed. */
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
 * Only IP addresses, `localhost` and the host of APP_URL. A foreign page could point its own host name at this machine
 * (DNS rebinding) and read the mails as same-origin. It cannot use one of these names.
 */
function isOurHost({ url }: Request, appUrl: string): boolean {
  // A request without a Host header has no host name. No browser sends such a request.
  if (!URL.canParse(url)) return false
  const { hostname } = new URL(url)
  return (
    hostname === new URL(appUrl).hostname ||
    /^(?:(?:[\w-]+\.)*localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i.test(hostname)
  )
}
