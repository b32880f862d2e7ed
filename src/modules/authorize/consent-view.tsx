/** @jsxImportSource @kitajs/html */
/** The card on which a person decides what an app may do. The page of devices (`modules/device`) shows the same card. */
import { escapeHtml } from '@kitajs/html'
import type { Locale } from '../../lib/languages.ts'
import { toHtml } from '../mail/to-html.ts'
import type { Brand } from '../pages/brand.ts'
import { card, type CardConfig, sayIn } from './card.tsx'
import { hiddenFields, paragraph, soft } from '../pages/parts.tsx'
import { accountBox, headed, warning } from './card-parts.tsx'
import type { Say } from './messages/say.ts'

export interface ConsentView {
  /** By default that of the server. */
  brand?: Brand
  client: {
    name: string
    /** The host that is certain: of the redirect URI, or of the metadata document; null: there is none. */
    host: string | null
    /** The host comes first, because nobody checked the name. */
    nameIsUnproved: boolean
  }
  /** What the person must know first, such as where the request came from. */
  warnings?: readonly string[]
  /** The app runs on the device of the person, so any app on it could be asking. */
  onThisDevice: boolean
  account: string
  /** Leads to a sign-in with another account; null: no link. */
  otherAccountUrl: string | null
  resources: readonly ConsentResource[]
  details: readonly { description: string; text: string; isNew: boolean }[]
  form: {
    action: string
    /** Hidden fields, besides the `decision`: `allow` or `deny`. */
    fields: Readonly<Record<string, string>>
  }
  /** The person allowed everything before, and only chooses the account. */
  onlyAccount: boolean
}

export interface ConsentResource {
  name: string
  /** It is the API of this server, which needs no name. */
  isOwn: boolean
  scopes: readonly { description: string; isNew: boolean }[]
  /** The person has not allowed this resource before. */
  isNew: boolean
}

/** The whole HTML document. Every text of a client is shown as text. */
export function consentPage(locale: Locale, config: CardConfig, view: ConsentView): string {
  const say = sayIn(locale, config)
  const { client, onlyAccount, form } = view
  const shown = client.nameIsUnproved && client.host !== null ? client.host : client.name
  const heading = say(onlyAccount ? 'account.heading' : 'consent.heading', { client: shown })
  const content = headed(
    heading,
    clientLine(say, view),
    view.onThisDevice ? warning(say('consent.onThisDevice')) : '',
    ...(view.warnings ?? []).map(warning),
    accountBox(say, view.account, view.otherAccountUrl),
    onlyAccount ? paragraph(say('account.why')) : asked(say, view),
    toHtml(
      <form method="post" action={escapeHtml(form.action)}>
        {hiddenFields(form.fields)}
        <button class="button" type="submit" name="decision" value="allow" safe>
          {say(onlyAccount ? 'account.continue' : 'consent.allow')}
        </button>
        <button class="button quiet" type="submit" name="decision" value="deny" safe>
          {say('consent.deny')}
        </button>
      </form>,
    ),
    onlyAccount ? '' : soft(say('consent.later')),
  )
  return card(locale, config, heading, content, view.brand)
}

function clientLine(say: Say, { client: { name, host, nameIsUnproved } }: ConsentView): string {
  if (nameIsUnproved && host !== null) return paragraph(say('consent.callsItself', { name }))
  if (host === null) return ''
  return toHtml(
    <p>
      <span safe>{say('consent.host', { client: name })}</span> <strong safe>{host}</strong>
    </p>,
  )
}

/** What is new comes first. What was allowed before is below, in small letters. */
function asked(say: Say, { resources, details }: ConsentView): string {
  const fresh = [
    ...resources.flatMap((resource) => lines(say, resource, true)),
    ...details.filter(({ isNew }) => isNew).map((detail) => detailItem(say, detail)),
  ]
  const known = [
    ...resources.flatMap((resource) => lines(say, resource, false)),
    ...details.filter(({ isNew }) => !isNew).map((detail) => detailItem(say, detail)),
  ]
  const before = known.length === 0 ? '' : `${soft(say('consent.known'))}${list(known, 'scopes soft')}`
  return fresh.length === 0 ? before : `${paragraph(say('consent.why'))}${list(fresh, 'scopes')}${before}`
}

/** A resource without a scope can be called all the same, so it has a line of its own. */
function lines(say: Say, { name, isOwn, scopes, isNew: isNewResource }: ConsentResource, wanted: boolean): string[] {
  const found = scopes.filter(({ isNew }) => isNew === wanted)
  if (scopes.length === 0 && isNewResource === wanted) return [item(say('consent.nothing', { resource: name }))]
  return found.map(({ description }) =>
    item(description, isOwn ? undefined : say('consent.ofResource', { resource: name })),
  )
}

const item = (text: string, below?: string): string =>
  toHtml(
    <li>
      <span safe>{text}</span>
      {below === undefined ? '' : soft(below)}
    </li>,
  )

const detailItem = (say: Say, { description, text }: ConsentView['details'][number]): string =>
  toHtml(
    <li>
      <span safe>{description}</span>
      {soft(say('consent.detail'))}
      <pre safe>{text}</pre>
    </li>,
  )

/** `items` are HTML. */
const list = (items: readonly string[], name: string): string => toHtml(<ul class={name}>{items.join('')}</ul>)
