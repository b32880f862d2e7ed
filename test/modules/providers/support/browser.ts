/** A browser: it keeps cookies by host and follows redirects, to our app in this process and to providers on this machine. */
import { parseSetCookie } from 'cookie'
import { ORIGIN, type TestApp } from '../../../support/test-app.ts'

export const APP = 'https://app.example.com/signed-in'

export interface Page {
  url: string
  status: number
  text: string
}

export interface Browser {
  /** Goes there and follows redirects until a page, or the app's own site, which is not there to be asked. */
  go(url: string): Promise<Page>
  /** The same, but stops before it asks the first URL that matches. */
  goUntil(url: string, stop: RegExp): Promise<Page>
  /** The value of a cookie of ours. */
  cookie(name: string): string | undefined
  setCookie(name: string, value: string): void
  cookies(host?: string): string
}

const MAX_REDIRECTS = 20

export function openBrowser({ app }: Pick<TestApp, 'app'>): Browser {
  const jars = new Map<string, Map<string, string>>()
  const jarOf = (url: string) => {
    const { host } = new URL(url)
    const jar = jars.get(host) ?? new Map<string, string>()
    jars.set(host, jar)
    return jar
  }
  const header = (url: string) => [...jarOf(url)].map(([name, value]) => `${name}=${value}`).join('; ')

  async function ask(url: string): Promise<Response> {
    const request = new Request(url.replace(/#.*/, ''), {
      headers: { cookie: header(url), accept: 'text/html' },
      redirect: 'manual',
    })
    const answer = url.startsWith(ORIGIN) ? await app.handle(request) : await fetch(request)
    for (const line of answer.headers.getSetCookie()) {
      const { name, value, maxAge, expires } = parseSetCookie(line)
      const gone = maxAge === 0 || (expires !== undefined && expires.getTime() < Date.now())
      if (gone || value === undefined) jarOf(url).delete(name)
      else jarOf(url).set(name, value)
    }
    return answer
  }

  async function goUntil(start: string, stop: RegExp): Promise<Page> {
    let url = start
    for (let redirects = 0; redirects < MAX_REDIRECTS; redirects++) {
      if (url.startsWith('https://app.example.com') || stop.test(url)) return { url, status: 0, text: '' }
      const answer = await ask(url)
      const location = answer.headers.get('location')
      const text = await answer.text()
      if (location === null) return { url, status: answer.status, text }
      url = new URL(location, url).href
    }
    throw new Error(`too many redirects, the last to ${url}`)
  }

  return {
    go: (url) => goUntil(url, /^$/),
    goUntil,
    cookie: (name) => jarOf(ORIGIN).get(name),
    setCookie: (name, value) => void jarOf(ORIGIN).set(name, value),
    cookies: () => header(ORIGIN),
  }
}
