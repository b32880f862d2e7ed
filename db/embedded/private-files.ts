/**
 * The owner and the mode of the files of a database.
 *
 * The database has password hashes and keys, and so do its log and index. A user who can open the lock file can take the
 * lock, which stops the server. So all these files belong to the user who runs the server and have mode 0600 from the moment
 * they are made. Every start corrects the mode of files from an earlier release or a copy.
 *
 * No function here opens an existing file, because closing any descriptor of a file drops this process's POSIX locks on it.
 */
import { accessSync, chmodSync, chownSync, closeSync, constants, lstatSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseOpenError } from './errors.ts'

export const privateMode = 0o600
const othersMode = 0o077

/** The files that SQLite and this program keep beside a database file. */
export const sideFiles = (file: string): string[] => [`${file}-wal`, `${file}-shm`, `${file}-journal`]

/** After this call other users cannot open any file that this process makes, also those of the engine, sockets and copies. */
export function makeFilesPrivate(): void {
  process.umask(othersMode)
}

/**
 * Makes an empty file with mode 0600. Throws EEXIST if the path exists, even as a symbolic link. If root calls it, the file
 * goes to the owner of `like`, or of its folder if `like` is missing, so a server of another user can open it.
 */
export function createPrivateFile(path: string, like: string): void {
  const { O_CREAT, O_EXCL, O_RDWR, O_NOFOLLOW = 0 } = constants
  closeSync(openSync(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, privateMode))
  giveToOwnerOf(like, path)
}

const ownerOf = (like: string) => statSync(like, { throwIfNoEntry: false }) ?? statSync(dirname(like))

/** If root calls it, gives the file to the owner of `like`, or of its folder. Otherwise does nothing. */
export function giveToOwnerOf(like: string, path: string): void {
  if (process.geteuid?.() !== 0) return
  const { uid, gid } = ownerOf(like)
  if (uid !== 0) chownSync(path, uid, gid)
}

/**
 * Ensures that no other user can open the file at `path`, if it exists. Returns a sentence if it changed the mode.
 *
 * For root the file may also belong to the owner of `like`, or of its folder if `like` is missing: the user of the server.
 *
 * Throws `database.unsafe_file` for a symbolic link, for a path that is not a regular file, for a file of another user that
 * this user may write, and if the mode cannot be changed.
 */
export function closeToOthers(path: string, like: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (!found.isFile()) {
    const what = found.isSymbolicLink() ? 'a symbolic link' : 'not a regular file'
    throw unsafe(`${path} is ${what}: an attacker may have put it there. Check it, remove it and start again.`)
  }
  const user = process.geteuid?.()
  if (user === undefined) return undefined // a system without modes
  const foreign = user === 0 ? found.uid !== 0 && found.uid !== ownerOf(like).uid : found.uid !== user
  if (foreign) {
    if (!isWritable(path)) return undefined // opening it fails later, with the reason
    throw unsafe(
      `${path} belongs to another user (uid ${found.uid}; this process has uid ${user}). Run this as the user who runs ` +
        'the server, or give the file to that user (chown). A lock file may be removed while no server runs.',
    )
  }
  if ((found.mode & othersMode) === 0) return undefined
  const before = octal(found.mode)
  try {
    chmodSync(path, privateMode)
  } catch (error) {
    throw unsafe(`${path} is open to other users (mode ${before}), and its mode cannot be changed. ${MODES}`, error)
  }
  if ((lstatSync(path).mode & othersMode) !== 0) {
    throw unsafe(`${path} stays open to other users (mode ${before}) after chmod. ${MODES}`)
  }
  return `${path} was open to other users (mode ${before}). Its mode is 0600 now. They may have read it before.`
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

const MODES = 'It must have mode 0600, on a file system that keeps owners and modes.'
const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0')
const unsafe = (message: string, cause?: unknown) => new DatabaseOpenError('database.unsafe_file', message, cause)
