/** What everybody may read goes out compressed, and nothing else does: RFC 9110 §8.4, §8.8.3.3, §12.5.5, BREACH. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { publicFile } from '../../src/http/public-files.ts'
import { setUpAdmin, signInWithCookie } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'
import { pathFor, routesOf } from './support/routes.ts'

const SVG = `data:image/svg+xml;base64,${btoa(`<svg xmlns="http://www.w3.org/2000/svg">${'<path d="M0 0h9v9z"/>'.repeat(99)}</svg>`)}`
const PNG = `data:image/png;base64,${Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(3000)]).toString('base64')}`

let t: TestApp
beforeAll(async () => {
  t = await createTestApp({ env: { BRAND_LOGO: SVG, BRAND_FAVICON: PNG } })
})
afterAll(() => t.close())

interface Got {
  status: number
  headers: Headers
  bytes: Uint8Array
}

async function ask(app: Pick<TestApp, 'app'>, path: string, headers: Record<string, string> = {}): Promise<Got> {
  const answer = await app.app.handle(new Request(`${ORIGIN}${path}`, { headers }))
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    await answer.body?.cancel() // it has no end
    return { status: answer.status, headers: answer.headers, bytes: new Uint8Array() }
  }
  return { status: answer.status, headers: answer.headers, bytes: new Uint8Array(await answer.arrayBuffer()) }
}
const accepting = (codings: string) => ({ 'accept-encoding': codings })
const READERS = { gzip: gunzipSync, br: brotliDecompressSync }

/** Files of each owner, and of each type. The program of / has less than 1 KiB. */
const FILES = [
  '/sign-in/assets/main.js',
  '/account/assets/main.js',
  '/account/assets/texts-ja.js',
  '/console/assets/main.js',
  '/console/assets/main.css',
  '/setup/assets/main.js',
  '/docs/assets/main.js',
  '/docs/assets/search.json',
  '/pages/assets/pages.css',
  '/pages/assets/pages.js',
  '/branding/logo',
  '/docs',
  '/docs/errors',
  '/docs/api',
  '/docs/api/auth',
  '/docs/mcp',
  '/docs/mcp.md',
  '/docs/adr/0001-commit-and-witness-events',
  '/llms.txt',
  '/llms-full.txt',
  '/openapi.json',
  '/asyncapi.json',
]

describe('a public file', () => {
  for (const path of FILES)
    test(`${path} has one body in three forms, each with a tag of its own`, async () => {
      const plain = await ask(t, path)
      expect([plain.status, plain.headers.get('content-encoding')]).toEqual([200, null])
      const forms = [{ accept: 'identity', ...plain }]
      for (const [coding, read] of Object.entries(READERS)) {
        const coded = await ask(t, path, accepting(coding))
        expect([coded.status, coded.headers.get('content-encoding')]).toEqual([200, coding])
        expect(Buffer.compare(read(coded.bytes), plain.bytes)).toBe(0)
        expect(coded.bytes.length).toBeLessThan(plain.bytes.length)
        for (const name of ['content-type', 'cache-control', 'content-security-policy', 'access-control-allow-origin'])
          expect([name, coded.headers.get(name)]).toEqual([name, plain.headers.get(name)])
        forms.push({ accept: coding, ...coded })
      }
      const tags = forms.map(({ headers }) => headers.get('etag') ?? '')
      expect([new Set(tags).size, tags.every((tag) => /^"[\w-]{16}"$/.test(tag))]).toEqual([3, true])
      for (const [index, { accept, headers }] of forms.entries()) {
        expect(headers.get('vary')).toContain('Accept-Encoding')
        for (const [other, tag] of tags.entries()) {
          const again = await ask(t, path, { ...accepting(accept), 'if-none-match': `"other", W/${tag}` })
          expect([accept, other, again.status]).toEqual([accept, other, other === index ? 304 : 200])
          if (other !== index) continue
          // RFC 9110 §15.4.5: what the 200 would have said.
          for (const name of ['etag', 'vary', 'cache-control'])
            expect([name, again.headers.get(name)]).toEqual([name, headers.get(name)])
          expect([again.bytes.length, again.headers.get('content-encoding')]).toEqual([0, null])
        }
      }
    })

  test('is sent as it is to who takes nothing else, and with words that make no sense', async () => {
    for (const header of [
      'identity',
      'deflate',
      'gzip;q=0, br;q=0',
      '*;q=0',
      'identity;q=0',
      'gzip;q=2',
      ',;q',
      '\u00ff',
    ])
      expect([header, (await ask(t, '/llms.txt', accepting(header))).headers.get('content-encoding')]).toEqual([
        header,
        null,
      ])
  })

  test('of a picture is compressed if it is text', async () => {
    const logo = await ask(t, '/branding/logo', accepting('gzip'))
    expect([logo.headers.get('content-encoding'), logo.headers.get('content-disposition')]).toEqual([
      'gzip',
      'attachment',
    ])
    const favicon = await ask(t, '/branding/favicon', accepting('gzip, br'))
    expect([favicon.status, favicon.headers.get('content-encoding'), favicon.headers.get('vary')]).toEqual([
      200,
      null,
      null,
    ])
    expect(favicon.bytes.length).toBe(3008)
  })

  test('below 1 KiB is sent as it is to everybody', async () => {
    const headers = { 'content-type': 'text/plain', 'cache-control': 'no-cache' }
    const answer = async (content: string) => {
      const set = { headers: {} as Record<string, unknown> }
      const request = new Request(ORIGIN, { headers: accepting('gzip') })
      const { headers: own } = await publicFile(t.deps, { request, set }, content, headers)
      return [own.get('content-encoding'), set.headers.vary]
    }
    expect(await answer('a'.repeat(1023))).toEqual([null, undefined])
    expect(await answer('a'.repeat(1024))).toEqual(['gzip', 'Accept-Encoding'])
    expect(await answer('é'.repeat(512))).toEqual(['gzip', 'Accept-Encoding']) // bytes
    expect(await answer('')).toEqual([null, undefined])
  })

  test('is left to a platform that compresses', async () => {
    const own = await createTestApp({ deps: { compress: undefined } })
    try {
      const { status, headers, bytes } = await ask(own, '/llms.txt', accepting('gzip'))
      expect([status, headers.get('content-encoding'), headers.get('vary')]).toEqual([200, null, null])
      expect(bytes).toEqual((await ask(t, '/llms.txt')).bytes)
    } finally {
      await own.close()
    }
  })

  test('keeps what CORS says of caches', async () => {
    const own = await createTestApp({ env: { CORS_ORIGINS: 'https://app.example' } })
    try {
      for (const headers of [{}, { origin: 'https://app.example' }, { origin: 'https://other.example' }]) {
        const answer = await ask(own, '/openapi.json', { ...headers, ...accepting('gzip') })
        expect([answer.headers.get('content-encoding'), answer.headers.get('vary')]).toEqual([
          'gzip',
          'Origin, Accept-Encoding',
        ])
      }
    } finally {
      await own.close()
    }
  })

  test('is compressed once, however many ask', async () => {
    const made: string[] = []
    const own = await createTestApp({
      deps: {
        compress: async (coding, name, bytes) => {
          made.push(`${coding} ${name}`)
          return (await t.deps.compress?.(coding, name, bytes)) ?? bytes
        },
      },
    })
    try {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(own, '/llms.txt', accepting('gzip'))))
      expect(new Set(answers.map(({ headers }) => headers.get('etag'))).size).toBe(1)
      // The same name for the same bytes, which is compressed once (test/platform/compress.test.ts).
      expect([made.length, new Set(made).size]).toEqual([20, 1])
      await ask(own, '/llms-full.txt', accepting('gzip'))
      expect(new Set(made).size).toBe(2)
    } finally {
      await own.close()
    }
  })

  test('over a socket, HEAD says what GET would, with its length and without its body', async () => {
    await using server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => t.app.fetch(request) })
    for (const codings of ['gzip', 'br', 'identity']) {
      const url = new URL('/openapi.json', server.url)
      const init = { headers: accepting(codings), decompress: false }
      const get = await fetch(url, init)
      const body = await get.arrayBuffer()
      const head = await fetch(url, { ...init, method: 'HEAD' })
      expect((await head.arrayBuffer()).byteLength).toBe(0)
      expect(head.headers.get('content-length')).toBe(String(body.byteLength))
      for (const name of ['content-encoding', 'content-length', 'content-type', 'etag', 'vary', 'cache-control'])
        expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)])
    }
  })
})

test('no answer of a person, and none that says what the request said, is compressed', async () => {
  const own = await createTestApp({ env: { NODE_ENV: 'development', APP_URL: ORIGIN } })
  try {
    const { accessToken } = await setUpAdmin(own)
    const session = await signInWithCookie(own, 'admin@example.com')
    const strangers = accepting('gzip, br')
    const compressed: string[] = []
    for (const route of (await routesOf(own.app)).filter(({ method }) => method === 'GET')) {
      const path = pathFor(route)
      for (const people of [
        { authorization: `Bearer ${accessToken}` },
        { cookie: `__Host-session=${session}`, accept: 'text/html' },
        { cookie: `__Host-session=${session}` },
      ]) {
        const answer = await ask(own, path, { ...strangers, ...people })
        if (!answer.headers.has('content-encoding')) continue
        compressed.push(route.path)
        expect([path, answer.status, answer.headers.get('set-cookie')]).toEqual([path, 200, null])
        expect([path, answer.headers.get('cache-control')]).toEqual([
          path,
          expect.stringMatching(/^(?:public|no-cache)/),
        ])
        // The same for a stranger who asks for something else.
        const { bytes } = await ask(own, `${path}?q=reflected-text&error=reflected-text`, {
          ...strangers,
          'user-agent': 'reflected-text',
          'accept-language': 'ja',
          cookie: 'reflected=reflected-text',
        })
        expect([path, Buffer.compare(bytes, answer.bytes)]).toEqual([path, 0])
      }
    }
    expect([...new Set(compressed)].sort()).toEqual([
      '/asyncapi.json',
      '/docs',
      '/docs/api',
      '/docs/errors',
      '/llms-full.txt',
      '/llms.txt',
      '/openapi.json',
    ])
  } finally {
    await own.close()
  }
})

test('a failure is not compressed, also where a file would be', async () => {
  for (const path of ['/docs/assets/nothing.js', '/docs/nothing', '/pages/assets/nothing.css', '/branding/nothing']) {
    const answer = await ask(t, path, accepting('gzip, br'))
    expect([path, answer.status, answer.headers.get('content-encoding')]).toEqual([path, 404, null])
  }
})
