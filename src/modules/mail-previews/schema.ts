import { Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { declared, type TemplateName } from '../../declared.ts'
import { type Locale, locales } from '../../lib/languages.ts'

export const letterNames = declared.flatMap(({ mails = {} }) => Object.keys(mails)) as TemplateName[] // its own keys

// `Unsafe` names the type of a union that is made of a list.
const letter = t.Unsafe<TemplateName>(
  t.Union(
    letterNames.map((name) => t.Literal(name)),
    { description: 'The name of a letter.', examples: ['verify-email'] },
  ),
)
const language = Type.Unsafe<Locale>(Type.Union(locales.map((locale) => Type.Literal(locale))))

export const MailPreviews = Type.Object(
  {
    languages: Type.Array(language),
    items: Type.Array(
      Type.Object({
        letter: Type.String({ examples: ['verify-email'] }),
        feature: Type.String({ description: 'The part of the server that sends it.', examples: ['emails'] }),
        subject: Type.String({ description: 'In English.', examples: ['Confirm your e-mail address'] }),
      }),
    ),
    nextCursor: Type.Null({ description: 'There is one page.', examples: [null] }),
  },
  { title: 'MailPreviews' },
)

export const PreviewParams = t.Object({ letter })

export const PreviewQuery = t.Object(
  {
    lang: t.Unsafe<Locale>(
      t.Union(
        locales.map((locale) => t.Literal(locale)),
        { default: 'en' },
      ),
    ),
  },
  { additionalProperties: false },
)

export const MailPreview = Type.Object(
  {
    letter: Type.String({ examples: ['verify-email'] }),
    language,
    from: Type.String({ examples: ['Acme <no-reply@acme.example>'] }),
    subject: Type.String({ examples: ['Confirm your e-mail address'] }),
    text: Type.String({ description: 'The text part.', examples: ['Enter this code: 482913'] }),
    html: Type.String({ description: 'The HTML part.', examples: ['<!doctype html><html lang="en">…</html>'] }),
  },
  { title: 'MailPreview' },
)

export const PreviewDocument = Type.String({
  contentMediaType: 'text/html',
  description: 'The HTML part.',
  examples: ['<!doctype html><html lang="en">…</html>'],
})
