/** Each mail that this server sends, with sample data, for administrators who write the brand or a translation. */
import { Elysia } from 'elysia'
import { declared, type TemplateName } from '../../declared.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { documentHeaders } from '../../http/security-headers.ts'
import { type Locale, locales } from '../../lib/languages.ts'
import { renderMail } from '../mail/render-mail.tsx'
import { sampleMail } from './sample-mail.ts'
import { letterNames, MailPreview, MailPreviews, PreviewDocument, PreviewParams, PreviewQuery } from './schema.ts'

const tags = ['Mail previews']

/** As a mail program shows it: no scripts, no files from elsewhere, and an origin of its own, so it can call nothing of ours. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

export const adminRoutes = (deps: Deps) => {
  const { config, clock } = deps
  const write = (letter: TemplateName, locale: Locale) =>
    renderMail(sampleMail(letter, { appUrl: config.appUrl, now: clock.now() }), { ...config, locale })
  return new Elysia({ name: 'mail-previews', prefix: '/v1/mail-previews', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async () => ({
        languages: [...locales],
        items: await Promise.all(
          letterNames.map(async (letter) => ({
            letter,
            feature: declared.find(({ mails = {} }) => Object.hasOwn(mails, letter))?.name ?? '',
            subject: (await write(letter, 'en')).subject,
          })),
        ),
        nextCursor: null,
      }),
      {
        requires: 'settings:read',
        response: { 200: MailPreviews, ...failures() },
        detail: { tags, operationId: 'listMailPreviews', summary: 'List the mails that this server sends' },
      },
    )
    .get(
      '/:letter',
      async ({ params: { letter }, query: { lang } }) => {
        const { subject, text, html } = await write(letter, lang)
        return { letter, language: lang, from: config.mailFrom, subject, text, html }
      },
      {
        requires: 'settings:read',
        params: PreviewParams,
        query: PreviewQuery,
        response: { 200: MailPreview, ...failures('request.invalid') },
        detail: {
          tags,
          operationId: 'readMailPreview',
          summary: 'Read a mail with sample data',
          description: 'With the brand of this server. Nothing is sent, and the code and the link in it open nothing.',
        },
      },
    )
    .get(
      '/:letter/html',
      async ({ params: { letter }, query: { lang } }) => {
        const { html } = await write(letter, lang)
        const headers = { 'content-type': 'text/html; charset=utf-8', ...documentHeaders(MAIL_POLICY) }
        return new Response(html, { headers })
      },
      {
        requires: 'settings:read',
        params: PreviewParams,
        query: PreviewQuery,
        response: { 200: PreviewDocument, ...failures('request.invalid') },
        detail: {
          tags,
          operationId: 'openMailPreview',
          summary: 'Open the HTML part of a mail with sample data',
          description:
            'A document of its own, as a mail program shows it: without scripts and without files from elsewhere.',
        },
      },
    )
}
