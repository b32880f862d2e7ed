/** Argon2id in WebAssembly beside Bun's own: an account made on one runtime signs in on every other. */
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { ARGON2ID, parseArgon2id } from '../../src/lib/phc.ts'
import { createBunPasswords } from '../../src/platform/passwords/passwords.bun.ts'
import { createWasmPasswords } from '../../src/platform/passwords/passwords.wasm.ts'

const bytes = new Uint8Array(readFileSync(Bun.resolveSync('@phi-ag/argon2/argon2.wasm', import.meta.dir)))
const wasm = createWasmPasswords(bytes)
const bun = createBunPasswords()

const PASSWORDS = [
  'correct horse battery staple',
  'pässwörd 密码 🔑🔑🔑',
  'x'.repeat(1024),
  'e\u0301tude in a minor key',
]

describe.each([
  { name: 'WebAssembly makes what Bun reads', maker: wasm, reader: bun },
  { name: 'Bun makes what WebAssembly reads', maker: bun, reader: wasm },
])('$name', ({ maker, reader }) => {
  test('the right password is right, any other is wrong, and the cost is ours', async () => {
    for (const password of PASSWORDS) {
      const phc = await maker.hash(password)
      expect(parseArgon2id(phc)).toEqual(ARGON2ID)
      expect(await reader.verify(password.normalize('NFC'), phc)).toBeTrue()
      expect(await reader.verify(`${password} `, phc)).toBeFalse()
    }
  })
})

test('two hashes of one password differ', async () => {
  expect(await wasm.hash('correct horse battery')).not.toBe(await wasm.hash('correct horse battery'))
})

test('a compiled module does as well as its bytes: Workers refuse to compile', async () => {
  const phc = await createWasmPasswords(new WebAssembly.Module(bytes)).hash('correct horse battery')
  expect(await bun.verify('correct horse battery', phc)).toBeTrue()
})

test('a corrupt or foreign hash is a wrong password, and the next hash is computed all the same', async () => {
  const phc = await bun.hash('correct horse battery')
  for (const broken of ['', 'x', phc.slice(0, -20), phc.replace('m=19456', 'm=0'), phc.replace('argon2id', 'argon2i')])
    expect(await wasm.verify('correct horse battery', broken)).toBeFalse()
  expect(await wasm.verify('correct horse battery', phc)).toBeTrue()
})

test('the memory of an expensive hash is freed, and our own cost keeps one instance', async () => {
  const { Instance } = WebAssembly
  let instances = 0
  WebAssembly.Instance = class extends Instance {
    constructor(...given: ConstructorParameters<typeof Instance>) {
      super(...given)
      instances++
    }
  }
  try {
    const passwords = createWasmPasswords(bytes)
    const phc = await passwords.hash('correct horse battery')
    for (let times = 0; times < 3; times++) expect(await passwords.verify('correct horse battery', phc)).toBeTrue()
    expect(instances).toBe(1)
    const dear = await Bun.password.hash('x', { algorithm: 'argon2id', memoryCost: 102_400, timeCost: 1 })
    expect(await passwords.verify('x', dear)).toBeTrue()
    expect(await passwords.verify('correct horse battery', phc)).toBeTrue()
    expect(instances).toBe(2)
  } finally {
    WebAssembly.Instance = Instance
  }
})

test('a flood is refused, and other requests run between two hashes', async () => {
  let turns = 0
  const busy = createWasmPasswords(bytes, {
    timing: { now: () => 0, after: () => () => {} }, // time stands still: a hash is expected to take 25 ms
    async beforeEach() {
      turns++
      await new Promise((wake) => setImmediate(wake))
    },
  })
  const phc = await wasm.hash('correct horse battery')
  // One computes, and 60 of 25 ms each are the second and a half that may be waited for. Cheap ones: what is refused is decided before anything is computed.
  const cheap = phc.replace('m=19456,t=2', 'm=64,t=1')
  const answers = await Promise.allSettled(Array.from({ length: 70 }, () => busy.verify('wrong password', cheap)))
  expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(9)
  expect(turns).toBe(61)
})
