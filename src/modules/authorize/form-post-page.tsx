/** @jsxImportSource @kitajs/html */
/** OAuth 2.0 Form Post Response Mode: a form that sends itself to the redirect URI. Without scripts, a person presses its button. */
import { escapeHtml } from '@kitajs/html'
import { toHtml } from '../mail/to-html.ts'
import { hiddenFields } from '../pages/parts.tsx'

export const FORM_POST_SCRIPT = 'document.forms[0].submit()'

export const formPostPage = (redirectUri: string, parameters: Record<string, string>): string =>
  `<!doctype html>${toHtml(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Continue</title>
      </head>
      <body>
        <form method="post" action={escapeHtml(redirectUri)}>
          {hiddenFields(parameters)}
          <noscript>
            <button type="submit">Continue</button>
          </noscript>
        </form>
        <script>{FORM_POST_SCRIPT}</script>
      </body>
    </html>,
  )}`
