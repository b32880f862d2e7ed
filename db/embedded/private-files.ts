/**
 * Who may open the files of a database.
 *
 * The database holds password hashes and keys; its log and index hold the same; and whoever can open the lock file can
 * hold the lock, which stops the server. So all of them belong to the user who runs the server, mode 0600, from the moment
 * they are made, and what an earlier release or a copy left open is closed at every start.
 *
 * Nothing here opens a file that is there: closing any descriptor of a file drops this process's POSIX locks on it.
 */
import { accessSync, chmodSync, chownSync, closeSync, constants, lstatSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseOpenError } from './errors.ts'

export const privateMode = 0o600
const othersMode = 0o077

/** What SQLite and we keep beside a database file. */
export const sideFiles = (file: string): string[] => [`${file}-wal`, `${file}-shm`, `${file}-journal`]

/** From now on nothing this process makes can be opened by others, whoever makes it: the engine, a socket, a copy. */
export function makeFilesPrivate(): void {
  process.umask(othersMode)
}

/**
 * Makes an empty file, mode 0600. Throws EEXIST for anything that is there, a symbolic link included. Root gives it to
 * the owner of `like`, or of the folder where that is missing: the server that runs as another user must be able to open it.
 */
export function createPrivateFile(path: string, like: string): void {
  const { O_CREAT, O_EXCL, O_RDWR, O_NOFOLLOW = 0 } = constants
  closeSync(openSync(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, privateMode))
  giveToOwnerOf(like, path)
}

const ownerOf = (like: string) => statSync(like, { throwIfNoEntry: false }) ?? statSync(dirname(like))

/** For root: the file belongs to whom `like` belongs to, or its folder. Otherwise does nothing. */
export function giveToOwnerOf(like: string, path: string): void {
  if (process.geteuid?.() !== 0) return
  const { uid, gid } = ownerOf(like)
  if (uid !== 0) chownSync(path, uid, gid)
}

/**
 * Sees to it that nobody else can open what is at `path`, if anything is. Returns a sentence when that had to be changed.
 *
 * Root may also meet files of the owner of `like`, or of its folder where that is missing: of the server it is run for.
 *
 * Throws `database.unsafe_file` for a symbolic link and for whatever is no file, for a file of another user that this one
 * may write all the same, and when the mode cannot be changed.
 */
export function closeToOthers(path: string, like: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (!found.isFile()) {
    const what = found.isSymbolicLink() ? 'a symbolic link' : 'no regular file'
    throw unsafe(`${path} is ${what}: somebody may have put it there. Look where it leads, remove it and start again.`)
  }
  const user = process.geteuid?.()
  if (user === undefined) return undefined // a system without modes
  const foreign = user === 0 ? found.uid !== 0 && found.uid !== ownerOf(like).uid : found.uid !== user
  if (foreign) {
    if (!isWritable(path)) return undefined // whoever opens it is refused with the reason
    throw unsafe(
      `${path} belongs to another user (uid ${found.uid}; this process has uid ${user}). Run this as the user who runs ` +
        'the server, or give the file to that user (chown); a lock file may be removed while no server runs.',
    )
  }
  if ((found.mode & othersMode) === 0) return undefined
  const before = octal(found.mode)
  try {
    chmodSync(path, privateMode)
  } catch (error) {
    throw unsafe(`${path} is open to other users (mode ${before}), and cannot be closed to them. ${MODES}`, error)
  }
  if ((lstatSync(path).mode & othersMode) !== 0) {
    throw unsafe(`${path} stays open to other users (mode ${before}) after chmod. ${MODES}`)
  }
  return `${path} was open to other users (mode ${before}); now it is not (0600). They may have read it until now.`
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
