import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'

const PAGES = ['/verify-email', '/confirm-email', '/reset-password', '/accept-invitation']

export const pagesCases = [
  guarantee(
    'the pages that links in mails open are served with all they load, under their policy, in the reader’s language',
    [...PAGES.map((path) => `GET ${path}`), 'GET /pages/assets/:name'],
    async ({ call, refused }) => {
      for (const path of PAGES) {
        const page = await call(`GET ${path}`, { headers: { 'accept-language': 'pt-BR,pt;q=0.9,en;q=0.5' } })
        expect([page.status, page.headers.get('content-type')], path).toEqual([200, 'text/html; charset=utf-8'])
        expect(page.text).toStartWith('<!doctype html><html lang="pt"')
        expect(page.headers.get('vary')).toMatch(/accept-language/i)
        expect(page.headers.get('content-security-policy')).toStartWith("default-src 'none'; script-src 'self';")
        expect((await call(`GET ${path}`)).text).toStartWith('<!doctype html><html lang="en"')
        const named = [...page.text.matchAll(/(?:src|href)="(\/pages\/assets\/[^"]+)"/g)].map(([, url]) => url ?? '')
        expect(named.length).toBe(3)
        for (const url of named) {
          const asset = await call(`GET ${url}`)
          expect([asset.status, asset.text.length > 100], url).toEqual([200, true])
          expect(asset.headers.get('content-type'), url).toMatch(
            /^(?:text\/(?:css|javascript)|image\/svg\+xml); charset=utf-8$/,
          )
        }
      }
      for (const name of ['nothing.js', '..%2F..%2Fpackage.json', '__proto__'])
        await refused(`GET /pages/assets/${name}`, 'request.not_found')
    },
  ),
  guarantee('/favicon.ico leads to the icon of the pages', ['GET /favicon.ico'], async ({ call }) => {
    const { status, headers } = await call('GET /favicon.ico')
    const { pathname, search } = new URL(headers.get('location') ?? '')
    expect([status, pathname]).toEqual([303, '/pages/assets/icon.svg'])
    const icon = await call(`GET ${pathname}${search}`)
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml; charset=utf-8'])
  }),
]
