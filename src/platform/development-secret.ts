import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filePath } from '../../db/file-path.ts'
import { closeToOthers } from '../../db/embedded/private-files.ts'
import { base64url } from '../lib/encoding.ts'

/**
 * The APP_SECRET of a development machine. It is made once, beside the database whose keys it encrypts, and only its owner
 * can read it. In production this code does not run: APP_SECRET is required there.
 */
export function developmentSecret(databaseUrl: string): string {
  const folder = databaseUrl.startsWith('file:') ? dirname(filePath(databaseUrl)) : 'data'
  const path = join(folder, 'app-secret')
  const notice = closeToOthers(path, folder)
  if (notice !== undefined) process.stderr.write(`${notice}\n`)
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const secret = base64url(crypto.getRandomValues(new Uint8Array(32)))
  writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  return secret
}
