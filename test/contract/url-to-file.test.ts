/** The path of an operation names the file of its route (README, "From a URL to its file"). */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'
import openapi from '../../openapi.json'
import type { Feature, RoutePlugin, RoutesModule } from '../../src/core/feature.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const MODULES = join(import.meta.dir, '../../src/modules')
const FILES = {
  'routes.ts': 'routes',
  'own-routes.ts': 'ownRoutes',
  'org-routes.ts': 'orgRoutes',
  'admin-routes.ts': 'adminRoutes',
  'page-routes.ts': 'routes',
} as const
const features = await Promise.all(
  [...new Glob('*/feature.ts').scanSync(MODULES)].sort().map(async (file) => {
    const { feature } = (await import(join(MODULES, file))) as { feature: Feature }
    return { folder: file.split('/')[0] ?? '', feature }
  }),
)
const folders = features.map(({ folder }) => folder)

const PROBES = /^\/(?:livez|readyz)$/
const VERBS = /^(?:verify|forgot|reset|active)-/

/** `email-code` is in the folder `email-codes`, and `forgot-password` in `passwords`. */
const folderOf = (segment: string, known: readonly string[]): string | undefined => {
  const noun = segment.replace(VERBS, '')
  return [segment, `${segment}s`, noun, `${noun}s`].find((name) => known.includes(name))
}

/** As `openapi.json` spells it. */
const documented = (name: string): string => name.replace(/:(\w+)/g, '{$1}').replace(/\/$/, '')

/** The mark of each route, as `openapi.json` spells the route. */
const marks = new Map(
  features.flatMap(({ feature }) =>
    Object.entries<string>(feature.paths ?? {}).map(([name, mark]) => [documented(name), mark] as const),
  ),
)
const asksPermission = (name: string): boolean => marks.get(name)?.includes(':') === true

/** The file of the route, below `src/modules`, by the rule: `POST /v1/me/email` is in `emails/own-routes.ts`. */
function fileOf(path: string, known: readonly string[], permission: boolean): string {
  if (PROBES.test(path)) return 'health/routes.ts'
  const [noun = ''] = path.replace(/^\/(?:v1\/|\.well-known\/|oauth\/)?(?:(?:auth|me)\/)?/, '').split('/')
  const [, ofOwner = ''] = /^\/v1\/(?:users|orgs)\/\{\w+\}\/([^/]+)/.exec(path) ?? []
  const folder = folderOf(ofOwner, known) ?? folderOf(noun, known) ?? noun
  if (/^\/v1\/me\b/.test(path)) return `${folder}/own-routes.ts`
  if (/^\/v1\/orgs\/\{\w+\}/.test(path)) return `${folder}/org-routes.ts`
  return `${folder}/${permission ? 'admin-routes.ts' : 'routes.ts'}`
}

/** `METHOD /path`: where it is, and why the rule does not find it. */
const EXCEPTIONS: Record<string, { file: string; because: string }> = {
  'GET /.well-known/jwks.json': {
    file: 'signing-keys/routes.ts',
    because: 'the usual name of this document says its format (RFC 7517), not the noun',
  },
  'GET /.well-known/webauthn': {
    file: 'passkeys/routes.ts',
    because: 'WebAuthn names the document (Related Origin Requests)',
  },
  'GET /v1/orgs/{id}/events': {
    file: 'audit-events/org-routes.ts',
    because: 'an organisation reads its part of the audit log',
  },
  'GET /.well-known/authzen-configuration': {
    file: 'access/routes.ts',
    because: 'AuthZEN names the document, and its operations are below /access',
  },
  'GET /.well-known/openid-configuration': {
    file: 'discovery/routes.ts',
    because: 'OpenID Connect Discovery names the document',
  },
  'GET /.well-known/oauth-authorization-server': {
    file: 'discovery/routes.ts',
    because: 'RFC 8414 names the document',
  },
  'GET /.well-known/oauth-protected-resource': {
    file: 'discovery/routes.ts',
    because: 'RFC 9728 names the document',
  },
}

const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
)

let t: TestApp
/** `METHOD /path/{parameter}` → files that serve it. */
const found = new Map<string, string[]>()
beforeAll(async () => {
  t = await createTestApp()
  for (const file of new Glob('*/{routes,own-routes,org-routes,admin-routes,page-routes}.ts').scanSync(MODULES)) {
    const exported = FILES[file.split('/')[1] as keyof typeof FILES]
    const plugin: RoutePlugin | undefined = ((await import(join(MODULES, file))) as RoutesModule)[exported]
    if (plugin === undefined) throw new Error(`${file} does not export ${exported}`)
    for (const { method, path } of plugin(t.deps, { allRoutes: async () => [] }).routes) {
      const name = documented(`${method} ${path}`)
      found.set(name, [...(found.get(name) ?? []), file])
    }
  }
})
afterAll(() => t.close())

describe('every operation', () => {
  test('stands in the file that its path names, apart from few', () => {
    expect(operations.length).toBeGreaterThan(70)
    const expected = operations.map((name) => [
      name,
      EXCEPTIONS[name]?.file ?? fileOf(pathOf(name), folders, asksPermission(name)),
    ])
    expect(expected).toEqual(operations.map((name) => [name, found.get(name)?.join(' and ') ?? 'no file']))
  })

  test('that is an exception is one, has a reason, and is one of few', () => {
    const names = Object.keys(EXCEPTIONS)
    expect(names.length).toBeLessThanOrEqual(operations.length / 20)
    for (const name of names) {
      expect(operations).toContain(name)
      expect(fileOf(pathOf(name), folders, asksPermission(name)), `${name} follows the rule: remove it`).not.toBe(
        EXCEPTIONS[name]?.file ?? '',
      )
      expect(EXCEPTIONS[name]?.because).toMatch(/\w+ \w+/)
    }
  })
})

const pathOf = (name: string): string => name.slice(name.indexOf(' ') + 1)

describe('a feature', () => {
  test('has the name of its folder', () => {
    expect(features.map(({ feature }) => feature.name)).toEqual(folders)
  })

  test('stands in src/features.ts, as every folder does', async () => {
    const listed = Object.values(await import('../../src/features.ts')) as Feature[]
    expect(listed.map(({ name }) => name).sort()).toEqual([...folders].sort())
    expect([...new Glob('*/*.{ts,tsx}').scanSync(MODULES)].map((file) => file.split('/')[0]).filter(isNew)).toEqual([])
  })

  test('declares the paths of its own files, and each path is declared once', () => {
    const declared = features.flatMap(({ folder, feature }) =>
      Object.keys(feature.paths ?? {}).map((name) => [documented(name), folder]),
    )
    const served = [...found].flatMap(([name, files]) => files.map((file) => [name, file.split('/')[0] ?? '']))
    expect(declared.sort()).toEqual(served.sort())
    expect(new Set(declared.map(([name]) => name)).size).toBe(declared.length)
  })
})

const isNew = (folder: string | undefined): boolean => !folders.includes(folder ?? '')

describe('the rule', () => {
  const KNOWN = [
    'emails',
    'email-codes',
    'health',
    'me',
    'passkeys',
    'passwords',
    'sessions',
    'sign-in',
    'users',
    'members',
  ]
  test.each([
    ['/livez', 'health/routes.ts'],
    ['/v1/me', 'me/own-routes.ts'],
    ['/v1/me/email', 'emails/own-routes.ts'],
    ['/v1/auth/sign-in', 'sign-in/routes.ts'],
    ['/v1/auth/email-code/verify', 'email-codes/routes.ts'],
    ['/v1/auth/forgot-password', 'passwords/routes.ts'],
    ['/v1/auth/passkey/sign-up/options', 'passkeys/routes.ts'],
    ['/v1/users', 'users/admin-routes.ts'],
    ['/v1/users/{id}', 'users/admin-routes.ts'],
    ['/v1/users/{id}/disable', 'users/admin-routes.ts'],
    ['/v1/users/sessions', 'users/admin-routes.ts'],
    ['/v1/users/{id}/sessions', 'sessions/admin-routes.ts'],
    ['/v1/members', 'members/admin-routes.ts'],
    ['/v1/me/members/{id}', 'members/own-routes.ts'],
    ['/v1/orgs/{id}/members/{userId}', 'members/org-routes.ts'],
    ['/v1/auth/magic', 'magic/routes.ts'],
  ])('finds %s in %s', (path, file) => {
    // Of these examples, a route below /v1 asks for a permission, unless it is about signing in.
    expect(fileOf(path, KNOWN, /^\/v1\/(?!auth\/)/.test(path))).toBe(file)
  })
})
