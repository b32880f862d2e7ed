/** Temporary folders that are gone when the test file ends. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: string[] = []

/** A new empty folder under the system's temporary folder, readable by every user. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tgid-embedded-'))
  folders.push(folder)
  return folder
}

/** For `afterAll`. */
export function removeTempFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}
