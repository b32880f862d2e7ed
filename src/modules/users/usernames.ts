/**
 * Usernames: which ones are accepted, how they are stored, and when two look alike.
 *
 * A name has two forms. The *spelling* (`spellUsername`) is stored and shown: NFKC in lower case. The *skeleton* is the
 * name as it looks to a reader (UTS 39 §4). It is unique, so no name looks like the name of another account.
 */
import { problem } from '../../errors.ts'
import { isOfOneScript } from './username-letters.ts'

export interface AccountUsername {
  username: string
  usernameSkeleton: string
}

const MIN = 3
const MAX = 32

/**
 * The spelling of a typed name. Two texts with one spelling are the same name. The function is idempotent. A text that
 * no account can have as its name is converted too.
 */
export const spellUsername = (typed: string): string => typed.normalize('NFKC').toLowerCase().normalize('NFKC').trim()

/**
 * The spelling and the skeleton of a name. The first call loads the table of look-alikes. Throws
 * `user.username_refused`, with the reason and without the name.
 */
export async function readUsername(typed: string, path = '/username'): Promise<AccountUsername> {
  const username = spellUsername(typed)
  const usernameSkeleton = await skeletonOf(username)
  const reason =
    faultOf(username) ?? ((await reserved()).has(usernameSkeleton) ? 'This username is reserved.' : undefined)
  if (reason) throw problem('user.username_refused', { errors: [{ path, message: reason }] })
  return { username, usernameSkeleton }
}

/** The columns of a change. Null removes the name. Throws `user.username_refused`. */
export const usernameColumns = async (typed: string | null) =>
  typed === null ? { username: null, usernameSkeleton: null } : readUsername(typed)

/** Marks that pile up on a letter (UTS 39 §5.4). */
const PILE = /(\p{Mn})\1|\p{Mn}{4}/u
/** Letters and digits, with single signs between them. Marks follow their letter. */
const FORM = /^[\p{L}0-9][\p{L}\p{M}0-9]*(?:[._-][\p{L}0-9][\p{L}\p{M}0-9]*)*$/u

function faultOf(username: string): string | undefined {
  const { length } = [...username]
  if (length < MIN || length > MAX) return `A username has ${MIN} to ${MAX} characters.`
  if (!FORM.test(username) || PILE.test(username.normalize('NFD')))
    return 'A username has letters and the digits 0 to 9, with single dots, underscores or hyphens between them.'
  const letters = username.match(/[\p{L}\p{M}]/gu) ?? []
  return isOfOneScript(letters) ? undefined : 'The letters of a username are of one script in common use.'
}

/**
 * UTS 39 §4: two names look alike if their skeletons are equal. The skeleton is also folded by case, because usernames
 * are: `0` looks like the capital of `o`, and `ß` is the lower case of `SS`.
 */
export async function skeletonOf(username: string): Promise<string> {
  const { LOOKALIKES } = await import('./lookalikes.generated.ts')
  const folded = username.replaceAll('ß', 'ss').replaceAll('ς', 'σ')
  return [...folded.normalize('NFD')]
    .map((character) => LOOKALIKES.get(character) ?? character)
    .join('')
    .normalize('NFD')
    .toLowerCase()
}

/** Names that a reader takes for the service itself, for its operators, or for a part of a URL. */
const RESERVED = [
  ...['about', 'abuse', 'account', 'accounts', 'admin', 'administrator', 'anonymous', 'api', 'auth', 'billing'],
  ...['console', 'contact', 'daemon', 'docs', 'everyone', 'false', 'guest', 'help', 'helpdesk', 'host'],
  ...['hostmaster', 'info', 'localhost', 'login', 'logout', 'mail', 'me', 'mod', 'moderator', 'nil', 'nobody'],
  ...['noreply', 'no-reply', 'null', 'official', 'operator', 'owner', 'postmaster', 'root', 'security', 'self'],
  ...['server', 'service', 'settings', 'sign-in', 'sign-up', 'signin', 'signup', 'staff', 'status', 'sudo'],
  ...['superuser', 'support', 'sysadmin', 'system', 'threeger', 'true', 'undefined', 'unknown'],
  ...['user', 'username', 'users', 'webmaster', 'well-known', 'www'],
]

let skeletons: Promise<ReadonlySet<string>> | undefined
const reserved = (): Promise<ReadonlySet<string>> =>
  (skeletons ??= Promise.all(RESERVED.map(skeletonOf)).then((all) => new Set(all)))
