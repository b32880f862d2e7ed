/** The package `clients/js/verify`: its own tests, this server's credentials, and the runtimes of its users. */
import '../../clients/js/verify/test/revocation-feed.test.ts'
import '../../clients/js/verify/test/verify.test.ts'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createVerifier, VerificationError } from '../../clients/js/verify/src/index.ts'
import { makeOrg, makeSigned } from '../modules/api-keys/support/keys.ts'
import { call, type Session, setUpAdmin } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'

const ROOT = join(import.meta.dir, '../..')
const DENO = join(ROOT, 'test/parts/node_modules/.bin/deno')
const hasNode = Bun.which('node') !== null
const hasDeno = await Bun.file(DENO).exists()

let t: TestApp
let admin: Session
let folder: string
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  folder = mkdtempSync(join(tmpdir(), 'threeger-verify-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await t.close()
})

const verifier = () =>
  createVerifier({
    issuer: ORIGIN,
    now: t.clock.now,
    fetch: (url) => Promise.resolve(t.app.handle(new Request(url))),
  })

describe('what this server signs', () => {
  test('is verified with its JWKS, also after its signing keys were rotated', async () => {
    const orgId = await makeOrg(t, admin.accessToken)
    const made = await makeSigned(t, admin.accessToken, { orgId, scopes: ['orgs:read'] })
    const offline = verifier()
    const wanted = { kind: 'api-key', id: made.id, subject: orgId, orgId, scopes: new Set(['orgs:read']) }
    expect(await offline.bearer(made.key)).toMatchObject(wanted as object)
    expect(await offline.bearer(admin.accessToken)).toMatchObject({ kind: 'session', subject: admin.user.id })
    await t.deps.keys.rotate()
    t.clock.advance(3_600_000)
    expect(await verifier().bearer(made.key)).toMatchObject({ id: made.id })
    const later = (await makeSignedAfter(orgId)).key
    expect(await offline.bearer(later)).toMatchObject({ kind: 'api-key', orgId })
    const opaque = offline.bearer(`tid_${'0'.repeat(49)}`)
    expect(await opaque.catch((error: unknown) => error)).toBeInstanceOf(VerificationError)
  })
})

async function makeSignedAfter(orgId: string) {
  const body = { email: 'admin@example.com', password: 'correct horse battery staple' }
  const { accessToken } = (await call<Session>(t, 'POST /v1/auth/sign-in', { body })).body
  return makeSigned(t, accessToken, { orgId, scopes: ['orgs:read'] })
}

/** A program that makes a key pair, verifies what it signs, and refuses another. It prints `verified`. */
const PROGRAM = `
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createVerifier } from '${ROOT}/clients/js/verify/src/index.ts'
export async function run() {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'key_1', use: 'sig' }]
  const verifier = createVerifier({ issuer: 'https://id.test', fetch: async () => Response.json({ keys }) })
  const signed = await new SignJWT({ scope: 'a:b' }).setProtectedHeader({ alg: 'EdDSA', typ: 'api-key+jwt', kid: 'key_1' })
    .setIssuer('https://id.test').setAudience('https://id.test').setSubject('usr_1').setJti('apk_1').setIssuedAt()
    .setExpirationTime('1h').sign(privateKey)
  const caller = await verifier.bearer('tid_' + signed)
  const refused = await verifier.bearer('tid_' + signed.slice(0, -8) + 'AAAAAAAA').catch((error) => error.code)
  if (caller.id !== 'apk_1' || refused !== 'credential.invalid') throw new Error('not verified')
  return 'verified'
}
`

async function bundle(name: string, after: string): Promise<string> {
  const source = join(folder, `${name}.ts`)
  await Bun.write(source, PROGRAM + after)
  const built = await Bun.build({
    entrypoints: [source],
    target: 'browser',
    format: 'esm',
    root: ROOT,
    plugins: [
      {
        name: 'jose',
        setup(build) {
          build.onResolve({ filter: /^jose$/ }, () => ({ path: Bun.resolveSync('jose', ROOT) }))
        },
      },
    ],
  })
  const file = join(folder, `${name}.mjs`)
  await Bun.write(file, built.outputs[0] ?? '')
  return file
}

const outputOf = async (command: string[]): Promise<string> => {
  const child = Bun.spawn(command, {
    stdout: 'pipe',
    stderr: 'pipe',
    env: { PATH: process.env.PATH ?? '', HOME: folder },
  })
  const [out, error] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return (await child.exited) === 0 ? out.trim() : error
}

describe('the package runs', () => {
  const print = '\nconsole.log(await run())'
  testWith(hasNode, 'node')('on Node', async () => {
    expect(await outputOf(['node', await bundle('node', print)])).toBe('verified')
  })
  testWith(hasDeno, 'deno')('on Deno', async () => {
    expect(await outputOf([DENO, 'run', '--no-remote', await bundle('deno', print)])).toBe('verified')
  })
  test('on workerd: it uses web standards alone', async () => {
    const text = await Bun.file(await bundle('worker', print)).text()
    expect(text).not.toMatch(/from\s*["'](?:node:|bun)|\brequire\(|\bprocess\.|\bBuffer\b/)
  })
})
