/** `bun run openapi`: writes openapi.json and docs/errors.md from the code. Their diff is the review of the API. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../app.ts'
import { parseConfig } from '../config.ts'
import { createOpenApiDocument } from '../http/openapi/document.ts'
import { errorsMarkdown } from '../modules/docs/errors-markdown.ts'
import { createBunDeps } from '../platform/deps.bun.ts'

const root = join(import.meta.dir, '../..')
const folder = mkdtempSync(join(tmpdir(), 'threeger-openapi-'))
// Every setting at its default, so that the files do not depend on whose machine writes them.
const config = parseConfig({
  DATABASE_URL: `file:${join(folder, 'empty.db')}`,
  APP_SECRET: 'never used: nothing is signed here',
})
const deps = await createBunDeps(config)
const document = createOpenApiDocument(await createApp(deps).allRoutes(), config)
await Bun.write(join(root, 'openapi.json'), `${JSON.stringify(document, null, 2)}\n`)
await Bun.write(join(root, 'docs/errors.md'), errorsMarkdown())
await deps.close()
rmSync(folder, { recursive: true })
