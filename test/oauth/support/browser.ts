/**
 * A browser without scripts: it keeps cookies, follows redirects, and submits the forms of pages as a click on a button does.
 * It stops before the first URL of another origin, which is where a client would be.
 */
import { parseSetCookie } from 'cookie'

export interface Page {
  url: URL
  status: number
  headers: Headers
  text: string
}

export interface Browser {
  /** Goes there and follows redirects. `status` is 0 for the URL of a client, which nobody asks. */
  go(url: URL | string): Promise<Page>
  /** Clicks the button with this text. Throws if the page has none. */
  click(page: Page, button: string, fields?: Record<string, string>): Promise<Page>
  cookies(): string
  setCookie(name: string, value: string): void
  forgetCookies(): void
}

const MAX_REDIRECTS = 20

/** `home`: the origin of the provider. */
export function openBrowser(home: string): Browser {
  const jar = new Map<string, string>()
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')

  async function follow(start: URL, init: { method?: string; body?: URLSearchParams } = {}): Promise<Page> {
    let url = start
    let { method = 'GET', body } = init
    for (let redirects = 0; redirects < MAX_REDIRECTS; redirects++) {
      if (url.origin !== home) return { url, status: 0, headers: new Headers(), text: '' }
      const answer = await fetch(url, {
        method,
        headers: {
          cookie: cookies(),
          accept: 'text/html,application/xhtml+xml',
          'sec-fetch-mode': 'navigate',
          'sec-fetch-dest': 'document',
          ...(body === undefined
            ? { 'sec-fetch-site': 'cross-site' }
            : { origin: home, 'sec-fetch-site': 'same-origin' }),
        },
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
      })
      for (const line of answer.headers.getSetCookie()) {
        const { name, value, maxAge, expires } = parseSetCookie(line)
        const isGone = maxAge === 0 || (expires !== undefined && expires.getTime() < Date.now()) || value === ''
        if (isGone || value === undefined) jar.delete(name)
        else jar.set(name, value)
      }
      const location = answer.headers.get('location')
      const text = await answer.text()
      if (location === null) return { url, status: answer.status, headers: answer.headers, text }
      url = new URL(location, url)
      method = 'GET'
      body = undefined
    }
    throw new Error(`too many redirects, the last to ${url}`)
  }

  return {
    go: (url) => follow(new URL(url)),
    click(page, button, fields = {}) {
      const form = formWith(page.text, button)
      if (form === undefined) throw new Error(`${page.url} has no button ${button}: ${page.status} ${page.text}`)
      const values = new URLSearchParams(form.fields)
      for (const [name, value] of Object.entries(fields)) values.set(name, value)
      return follow(new URL(form.action || page.url, page.url), { method: 'POST', body: values })
    },
    cookies,
    setCookie: (name, value) => void jar.set(name, value),
    forgetCookies: () => jar.clear(),
  }
}

/** The form of the button, with the fields that a browser would send. */
export function formWith(html: string, button: string): { action: string; fields: [string, string][] } | undefined {
  const forms = [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)]
  const pressed = [...html.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/g)].find(
    ([, , label = '']) => plain(label) === button,
  )
  if (pressed === undefined) return undefined
  const owner = attribute(pressed[1] ?? '', 'form')
  const form = forms.find(([whole, attributes = ''], index) =>
    owner === undefined
      ? pressed.index > (forms[index]?.index ?? 0) && pressed.index < (forms[index]?.index ?? 0) + whole.length
      : attribute(attributes, 'id') === owner,
  )
  if (form === undefined) return undefined
  const [, attributes = '', content = ''] = form
  const inputs = [...content.matchAll(/<input\b([^>]*)>/g)]
    .map(([, input = '']) => input)
    .filter((input) => !/type="?(?:checkbox|radio)/.test(input) || /\bchecked\b/.test(input))
  const fields = [...inputs, pressed[1] ?? ''].flatMap((element): [string, string][] => {
    const name = attribute(element, 'name')
    return name === undefined ? [] : [[name, attribute(element, 'value') ?? '']]
  })
  return { action: attribute(attributes, 'action') ?? '', fields }
}

const attribute = (element: string, name: string): string | undefined => {
  const found = new RegExp(`\\b${name}=(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`).exec(element)
  return found === null ? undefined : unescaped(found[1] ?? found[2] ?? found[3] ?? '')
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) =>
    name === undefined
      ? String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
      : (ENTITIES[name] ?? whole),
  )
const plain = (html: string): string => unescaped(html.replaceAll(/<[^>]*>/g, '')).trim()
