import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '../../src/config.ts'
import { MAX_IMAGE_BYTES } from '../../src/lib/brand-images.ts'
import { brandOf } from '../../src/modules/pages/brand.ts'
import { withBrandFiles } from '../../src/platform/brand-files.ts'

const ENV = {
  APP_SECRET: 'x'.repeat(32),
  APP_URL: 'https://id.example',
  MAIL_URL: 'smtps://mail.example',
  NODE_ENV: 'production',
}
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
const dataUrl = (text: string, type = 'image/svg+xml') => `data:${type};base64,${btoa(text)}`

const refusal = (env: Record<string, string>): string => {
  try {
    parseConfig({ ...ENV, ...env })
    return ''
  } catch (error) {
    return String(error)
  }
}

test.each(['Acme <id>', 'Acme "ID"', 'Acme\nID', 'x'.repeat(61)])(
  'a refused BRAND_NAME %j says what is allowed',
  (name) => {
    const said = refusal({ BRAND_NAME: name })
    expect(said).toContain('1 to 60 characters, without <, >, " or line breaks')
    expect(said).not.toContain(name)
  },
)

describe('a wrong variable is named, in a sentence that says what is right, without its value', () => {
  test.each([
    ['HOME_URL', 'http://www.example.com/'],
    ['HOME_URL', 'http://127.0.0.1:8080/'],
    ['HOME_URL', '//evil.example'],
    ['HOME_URL', '/secret-page'],
    ['HOME_URL', 'javascript:alert(1)'],
    ['HOME_URL', 'https://user:secret@example.com/'],
    ['HOME_URL', 'https://www.example.com/#secret'],
    ['HOME_URL', 'https://*.example.com/'],
    ['HOME_URL', 'https:\\\\www.example.com'],
    ['HOME_URL', 'https://id.example'],
    ['HOME_URL', 'https://id.example/'],
    ['TERMS_URL', 'javascript:alert(1)'],
    ['TERMS_URL', 'http://acme.example/secret'],
    ['TERMS_URL', 'https://a:secret@acme.example'],
    ['PRIVACY_URL', '/privacy-secret'],
    ['PRIVACY_URL', `https://acme.example/${'x'.repeat(600)}`],
    ['SUPPORT_URL', 'mailto:a@b.example?body=secret'],
    ['SUPPORT_URL', 'secret help'],
    ['SUPPORT_URL', 'tel:123'],
    ['BRAND_LOGO', 'https://acme.example/logo.svg'],
    ['BRAND_LOGO', 'data:text/html;base64,PGI+'],
    ['BRAND_LOGO', 'data:image/svg+xml,<svg/>'],
    ['BRAND_LOGO', 'data:image/svg+xml;base64,%%%'],
    ['BRAND_LOGO', dataUrl('<html><svg/></html>')],
    ['BRAND_LOGO', dataUrl('GIF89a', 'image/png')],
    ['BRAND_LOGO', dataUrl(`${SVG}${' '.repeat(MAX_IMAGE_BYTES)}`)],
    ['BRAND_FAVICON', './icon.svg'],
    ['BRAND_CSS', 'body { display: none }'],
    ['BRAND_CSS', '--page: #777777'],
    ['BRAND_COLOR', 'red'],
    ['BRAND_NAME', '<script>'],
  ])('%s=%s', (name, value) => {
    const message = refusal({ [name]: value })
    expect(message).toStartWith(`ConfigError: ${name}: `)
    expect(message).not.toContain('secret')
    expect(message).not.toContain('\n')
  })

  test('all of them at once', () => {
    const message = refusal({ HOME_URL: '/', TERMS_URL: 'x', BRAND_LOGO: 'x', BRAND_CSS: 'x' })
    for (const name of ['HOME_URL', 'TERMS_URL', 'BRAND_LOGO', 'BRAND_CSS']) expect(message).toContain(`${name}: `)
  })
})

describe('the brand', () => {
  test('is a name, a colour and an icon of its letter by default', () => {
    expect(brandOf(parseConfig(ENV))).toMatchObject({
      name: 'Threeger ID',
      logo: undefined,
      faviconType: 'image/svg+xml',
      links: { terms: undefined, privacy: undefined, support: undefined },
    })
  })

  test('has what the environment says, at paths of our own that change with it', () => {
    const env = {
      BRAND_LOGO: dataUrl(SVG),
      BRAND_FAVICON: dataUrl('\x89PNG\r\n\x1a\n', 'image/png'),
      TERMS_URL: 'https://acme.example/terms',
      SUPPORT_URL: 'help@acme.example',
    }
    const brand = brandOf(parseConfig({ ...ENV, ...env }))
    expect(brand.logo).toStartWith('/branding/logo?v=')
    expect([brand.favicon.split('?')[0], brand.faviconType]).toEqual(['/branding/favicon', 'image/png'])
    expect(brand.links).toEqual({
      terms: 'https://acme.example/terms',
      privacy: undefined,
      support: 'mailto:help@acme.example',
    })
    const other = brandOf(parseConfig({ ...ENV, ...env, BRAND_CSS: '--radius: 0px' }))
    expect(other.logo).not.toBe(brand.logo)
    expect(other.styles).not.toEqual(brand.styles)
  })

  test('links may be of this machine in development', () => {
    const development = { ...ENV, NODE_ENV: 'development', APP_URL: 'http://127.0.0.1:3000', MAIL_URL: 'console:' }
    const links = { HOME_URL: 'http://localhost:5173/', TERMS_URL: 'http://localhost:5173/terms' }
    expect(parseConfig({ ...development, ...links })).toMatchObject({
      homeUrl: 'http://localhost:5173/',
      brand: { termsUrl: 'http://localhost:5173/terms' },
    })
  })
})

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'brand-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('are read where there are files', () => {
    const path = join(folder, 'Logo.SVG')
    writeFileSync(path, SVG)
    expect(withBrandFiles({ BRAND_LOGO: path, BRAND_NAME: 'x' })).toEqual({ BRAND_LOGO: dataUrl(SVG), BRAND_NAME: 'x' })
    const env = { BRAND_LOGO: dataUrl(SVG) }
    expect(withBrandFiles(env)).toBe(env)
  })

  test('of another type, or that are not there, are refused without their path', () => {
    writeFileSync(join(folder, 'secret.env'), 'x')
    for (const path of [join(folder, 'secret.env'), join(folder, 'none.svg'), folder, '/etc/passwd'])
      expect(() => withBrandFiles({ BRAND_LOGO: path })).toThrow(/^BRAND_LOGO: [^/]*$/)
  })
})
