/** A copy of the program with features that do not exist, to see what more features cost a start. */
import { appendFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runToEnd, temporaryFolder } from './children.ts'

const ROOT = join(import.meta.dir, '..')

export const GROWTH = { features: 14, routesOfEach: 10 }

const fields = ['name', 'purpose', 'owner', 'note']

/** As the routes of a feature look: guarded, with a body, a parameter, answers, and what the document says of each. */
function featureFiles(noun: string) {
  const routes = Array.from({ length: GROWTH.routesOfEach }, (_, index) => ({
    method: index % 2 === 0 ? 'GET' : 'POST',
    path: `/v1/${noun}/part-${index}/:id`,
    schema: `Type.Object({ ${fields.map((field) => `${field}: Type.String({ minLength: 1, maxLength: ${index + 20} })`).join(', ')} })`,
  }))
  const lines = routes.map(
    ({ method, path, schema }, index) => `  .${method.toLowerCase()}(
    '${path}',
    ({ params: { id }, actor }) => ({ ${fields.map((field) => `${field}: id + actor.user.id`).join(', ')} }),
    {
      actor: 'session',
      params: Type.Object({ id: Type.String({ pattern: '^[a-z]{1,32}$' }) }),
      ${method === 'POST' ? `body: ${schema},` : ''}
      response: { 200: ${schema}, ...failures('user.not_found') },
      detail: { tags: ['Users'], operationId: '${noun}${index}', summary: 'Synthetic route ${index}' },
    },
  )`,
  )
  return {
    'feature.ts': `import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: '${noun}',
  paths: {
${routes.map(({ method, path }) => `    '${method} ${path}': 'session',`).join('\n')}
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
`,
    'routes.ts': `import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'

export const routes = (deps: Deps) => new Elysia({ name: '${noun}', normalize: false }).use(access(deps))
${lines.join('\n')}
`,
  }
}

/** Returns the root of the copy. */
export function growSource(): string {
  const root = temporaryFolder()
  for (const part of [
    'src',
    'db',
    'docs',
    'bench/children',
    'openapi.json',
    'README.md',
    'package.json',
    'tsconfig.json',
  ])
    cpSync(join(ROOT, part), join(root, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  for (let index = 1; index <= GROWTH.features; index++) {
    const noun = `synthetic-${index}`
    const folder = join(root, 'src/modules', noun)
    mkdirSync(folder)
    for (const [name, text] of Object.entries(featureFiles(noun))) writeFileSync(join(folder, name), text)
    appendFileSync(
      join(root, 'src/features.ts'),
      `export { feature as synthetic${index} } from './modules/${noun}/feature.ts'\n`,
    )
  }
  return root
}

/** Builds the binary and the Worker of a source tree. Returns where they are. */
export async function buildAll(root: string): Promise<{ binary: string; worker: string }> {
  const folder = temporaryFolder()
  const [binary, worker] = [join(folder, 'threeger'), join(folder, 'worker')]
  await runToEnd([
    process.execPath,
    '-e',
    `import { buildBinary } from ${JSON.stringify(join(root, 'src/build/binary.ts'))}
import { bundleEdge } from ${JSON.stringify(join(root, 'src/build/edge.ts'))}
await buildBinary({ entry: 'src/entries/binary.ts', outfile: ${JSON.stringify(binary)} })
await bundleEdge('cloudflare', ${JSON.stringify(worker)})`,
  ])
  return { binary, worker }
}
