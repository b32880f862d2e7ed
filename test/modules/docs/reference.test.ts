/** The API reference: whole, linked, and without markup of others. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { OpenApi, Schema } from '../../../src/build/docs/openapi-types.ts'
import { operationsOf } from '../../../src/build/docs/openapi-types.ts'
import { referencePages, tagPath } from '../../../src/build/docs/reference.tsx'
import { curlSample, fetchSample } from '../../../src/build/docs/samples.ts'
import { schemaView } from '../../../src/build/docs/schema-view.tsx'
import { catalogue } from '../../../src/errors.ts'
import { call } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let document: OpenApi
beforeAll(async () => {
  t = await createTestApp()
  document = (await call<OpenApi>(t, 'GET /openapi.json')).body
})
afterAll(() => t.close())

test('every operation is in the list and on the page of its tag, with its parameters and its codes', async () => {
  const list = (await call(t, 'GET /docs/api')).text
  const pages = new Map<string, string>()
  const missing: string[] = []
  for (const placed of operationsOf(document)) {
    const { method, path, tag, operation } = placed
    const id = operation.operationId
    const page = pages.get(tag) ?? (await call(t, `GET ${tagPath(tag)}`)).text
    pages.set(tag, page)
    const start = page.indexOf(`<section class="operation" aria-labelledby="${id}">`)
    const shown = page.slice(start, page.indexOf('</section>', start)).replaceAll(/<\/?span[^>]*>/g, '')
    const wanted = [
      path.replaceAll('/', '/<wbr>'),
      `${method} <code>`,
      'curl',
      'await fetch(',
      ...(operation.parameters ?? []).map(({ name }) => `<code class="field-name">${name}</code>`),
    ]
    if (start < 0 || !list.includes(`href="${tagPath(tag)}#${id}"`)) missing.push(`${method} ${path}`)
    for (const text of wanted) if (!shown.includes(text)) missing.push(`${method} ${path}: ${text}`)
    for (const [status, response] of Object.entries(operation.responses)) {
      const name = response.$ref?.split('/').at(-1) ?? ''
      const codes = Object.keys(
        document.components.responses[name]?.content?.['application/problem+json']?.examples ?? {},
      )
      for (const code of codes)
        if (!shown.includes(`<td>${status}</td><td><a href="/docs/errors#${code}">`)) missing.push(`${path} ${code}`)
    }
  }
  expect(pages.size).toBeGreaterThan(20)
  expect(missing).toEqual([])
})

test('every link to a code leads to its anchor', async () => {
  const linked = new Set<string>()
  for (const { tag } of operationsOf(document))
    for (const [, code = ''] of (await call(t, `GET ${tagPath(tag)}`)).text.matchAll(/\/docs\/errors#([\w.]+)"/g))
      linked.add(code)
  expect(linked.size).toBeGreaterThan(80)
  expect([...linked].filter((code) => !Object.hasOwn(catalogue, code))).toEqual([])
})

test('a schema inside itself is named, and not repeated without end', () => {
  const tree: Schema = {
    type: 'object',
    properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
  }
  const html = schemaView(
    { $ref: '#/components/schemas/Tree' },
    { document: { ...document, components: { ...document.components, schemas: { Tree: tree } } }, within: [] },
  )
  expect(html).toContain('The same fields as <code>Tree</code> above.')
  expect(html.length).toBeLessThan(2000)
})

/** Elements and attributes that run or load something. */
async function foreignMarkup(html: string): Promise<string[]> {
  const found: string[] = []
  const rewriter = new HTMLRewriter().on('*', {
    element({ tagName, attributes }) {
      if (/^(?:script|style|img|iframe|object|svg|form|link)$/.test(tagName)) found.push(tagName)
      for (const [name, value] of attributes)
        if (/^on|^style$/.test(name) || (/^(?:href|src)$/.test(name) && !/^[/#]/.test(value)))
          found.push(`${tagName} ${name}`)
    },
  })
  await rewriter.transform(new Response(html)).text()
  return found
}

describe('hostile texts', () => {
  const HOSTILE = '</code></pre><script>alert(1)</script><img src=x onerror=alert(1)>"\'`'

  test('of a document are text everywhere on its page', async () => {
    const schema: Schema = {
      type: 'object',
      required: [HOSTILE],
      properties: {
        [HOSTILE]: { type: 'string', description: HOSTILE, enum: [HOSTILE], default: HOSTILE },
        example: { type: 'string', examples: [HOSTILE] },
        [`${HOSTILE}2`]: { anyOf: [{ $ref: `#/components/schemas/${HOSTILE}` }, { type: 'object', properties: {} }] },
      },
    }
    const { pages } = referencePages({
      info: { title: HOSTILE, version: HOSTILE, description: HOSTILE },
      tags: [{ name: HOSTILE, description: HOSTILE }],
      paths: {
        [`/v1/${HOSTILE}/{id}`]: {
          post: {
            operationId: 'hostile',
            tags: [HOSTILE],
            summary: HOSTILE,
            description: HOSTILE,
            'x-access': HOSTILE,
            parameters: [
              {
                name: HOSTILE,
                in: 'query',
                required: true,
                description: HOSTILE,
                schema: { type: 'string', examples: [HOSTILE] },
              },
            ],
            requestBody: {
              content: {
                'application/json': {
                  schema,
                  examples: { [HOSTILE]: { value: { [HOSTILE]: HOSTILE } }, b: { value: HOSTILE } },
                },
              },
            },
            responses: {
              200: {
                description: HOSTILE,
                headers: { [HOSTILE]: { description: HOSTILE } },
                content: { 'application/json': { schema, example: HOSTILE } },
              },
              400: {
                description: HOSTILE,
                content: { 'application/json': { schema: { properties: { error: { enum: [HOSTILE] } } } } },
              },
              401: {
                content: { 'application/problem+json': { schema: { properties: { code: { enum: [HOSTILE] } } } } },
              },
            },
          },
        },
      },
      components: { schemas: { [HOSTILE]: { type: 'object', properties: {} } }, responses: {}, headers: {} },
    })
    expect(pages).toHaveLength(2)
    for (const { html } of pages) {
      expect(html).toContain('&lt;script&gt;')
      expect(await foreignMarkup(html)).toEqual([])
    }
  })

  test('in samples stay inside their quotes', () => {
    const placed = {
      method: 'POST',
      path: '/v1/x',
      tag: 'X',
      operation: {
        operationId: 'x',
        tags: ['X'],
        requestBody: {
          content: { 'application/json': { example: { "it's": `it's \\ "quoted" \n $(id)`, list: [1, null, {}] } } },
        },
        responses: {},
      },
    }
    expect(curlSample(placed, 'https://id.test')).toBe(
      `curl 'https://id.test/v1/x' \\\n  -H 'Content-Type: application/json' \\\n  -d '{\n  "it'\\''s": "it'\\''s \\\\ \\"quoted\\" \\n $(id)",\n  "list": [\n    1,\n    null,\n    {}\n  ]\n}'`,
    )
    const code = fetchSample(placed, 'https://id.test')
    const body = /JSON\.stringify\(([\s\S]*)\),\n\}\)/.exec(code)?.[1] ?? ''
    expect(new Function(`return ${body}`)()).toEqual({ "it's": `it's \\ "quoted" \n $(id)`, list: [1, null, {}] })
  })
})

test('samples of commands are what a shell understands, with the examples of the document', () => {
  const signIn = operationsOf(document).find(({ operation }) => operation.operationId === 'signIn')
  if (signIn === undefined) throw new Error('no signIn')
  const { stdout } = Bun.spawnSync([
    'sh',
    '-c',
    `curl() { for a; do printf '%s\\n' "$a"; done; }; ${curlSample(signIn, 'https://id.test')}`,
  ])
  const [url, , type, , ...body] = stdout.toString().trimEnd().split('\n')
  expect([url, type]).toEqual(['https://id.test/v1/auth/sign-in', 'Content-Type: application/json'])
  expect(JSON.parse(body.join('\n'))).toMatchObject({ email: 'ada@example.com' })
})
