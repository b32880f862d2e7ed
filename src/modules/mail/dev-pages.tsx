/** @jsxImportSource @kitajs/html */
/** The pages of `/dev/mail`. Other people wrote every value, so each element that shows one has `safe`. */
import { escapeHtml } from '@kitajs/html'
import type { Mail } from '../../deps.ts'
import { toHtml } from './to-html.ts'

export type SentMail = Mail & { at: number }

const STYLES = `
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1.25rem 4rem; font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
ol { list-style: none; margin: 0; padding: 0; }
li a { display: grid; grid-template-columns: 7rem 16rem 1fr; gap: 1rem; padding: 0.7rem 0; border-bottom: 1px solid #8884; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
li a:hover { background: #8881; }
time, dt { opacity: 0.7; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 0 0 1.5rem; }
dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 46rem; border: 1px solid #8886; border-radius: 8px; }
pre { padding: 1rem; border: 1px solid #8886; border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 40rem) { li a { grid-template-columns: 1fr; gap: 0; } iframe { height: 36rem; } }`

const time = (at: number): string => new Date(at).toISOString().slice(11, 19)

const layout = (title: string, nonce: string, body: string): string =>
  `<!doctype html>${toHtml(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title safe>{title}</title>
        <style nonce={nonce}>{STYLES}</style>
      </head>
      <body>
        <main>{body}</main>
      </body>
    </html>,
  )}`

const path = (mail: SentMail): string => escapeHtml(`/dev/mail/${encodeURIComponent(mail.id)}`)

/** Newest first. */
export const mailsPage = (mails: readonly SentMail[], nonce: string): string =>
  layout(
    'Mails sent',
    nonce,
    toHtml(
      <>
        <p>
          <a href="/">Start page</a>
        </p>
        <h1>Mails sent</h1>
        <p>
          The latest 100 mails that this process sent. It keeps them in development only. Reload the page to see new
          mails.
        </p>
        <ol>{mails.map((mail) => mailRow(mail)).join('') || '<li>None yet.</li>'}</ol>
      </>,
    ),
  )

const mailRow = (mail: SentMail): string =>
  toHtml(
    <li>
      <a href={path(mail)}>
        <time datetime={new Date(mail.at).toISOString()}>{time(mail.at)} UTC</time>
        <span safe>{mail.to}</span>
        <strong safe>{mail.subject}</strong>
      </a>
    </li>,
  )

/** Both parts. The HTML part is in a sandbox, where links open in a new window. */
export const mailPage = (mail: SentMail, nonce: string): string =>
  layout(
    mail.subject,
    nonce,
    toHtml(
      <>
        <p>
          <a href="/dev/mail">All mails</a>
        </p>
        <h1 safe>{mail.subject}</h1>
        <dl>
          <dt>To</dt>
          <dd safe>{mail.to}</dd>
          <dt>Sent</dt>
          <dd>{new Date(mail.at).toISOString()}</dd>
          <dt>Id</dt>
          <dd safe>{mail.id}</dd>
        </dl>
        <iframe
          title="HTML part"
          src={`${path(mail)}/html`}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          referrerpolicy="no-referrer"
        ></iframe>
        <p>
          <a href={`${path(mail)}/html`}>The HTML part alone</a>
        </p>
        <pre>{linked(mail.text)}</pre>
      </>,
    ),
  )

/** The text part. A line that is only a URL becomes a link. */
const linked = (text: string): string =>
  text
    .split('\n')
    .map((line) =>
      /^https?:\/\/\S+$/.test(line)
        ? toHtml(
            <a href={escapeHtml(line)} rel="noreferrer" safe>
              {line}
            </a>,
          )
        : escapeHtml(line),
    )
    .join('\n')
