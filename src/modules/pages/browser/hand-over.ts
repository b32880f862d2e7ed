/** Where the page leads after the sign-in, if another page of ours has sent the person here. The server has checked it. */

const { dataset } = document.documentElement

/** A sign-in with a provider leaves this page and comes back to it without its query. */
const STORED = 'return_to'
/** As long as an authorization waits for its person. */
const STORED_MS = 900_000

const stored = (): string | undefined => {
  const [at = '', url] = sessionStorage.getItem(STORED)?.split(' ') ?? []
  return url !== undefined && Date.now() - Number(at) < STORED_MS ? url : undefined
}

/** The page was opened to hand over. */
export const isHandOver = dataset.returnTo !== undefined
const comesBack = isHandOver ? undefined : stored()
export const returnTo = dataset.returnTo ?? comesBack
/** The person comes back from a provider. */
export const cameBack = comesBack !== undefined

/** The query stays in the address bar during a hand-over, so that a reload finds it. It holds no secret. */
export const keptQuery = (): string => (isHandOver ? location.search : '')

export const rememberReturn = (): void => {
  if (returnTo !== undefined) sessionStorage.setItem(STORED, `${Date.now()} ${returnTo}`)
}

/** Goes on to the page that asked for the sign-in. False if there is none. */
export function leave(): boolean {
  if (returnTo === undefined) return false
  sessionStorage.removeItem(STORED)
  location.replace(returnTo)
  return true
}

/** The only step that is asked for: a second factor of the session that there is. */
export const asksForFactor = dataset.step === 'factor'

/** The address that the app expects. */
export const loginHint = (): string =>
  isHandOver ? (new URLSearchParams(location.search).get('login_hint') ?? '') : ''

/** The error with which a provider sent the person back. */
export const providerError = (): string | null => {
  const error = new URLSearchParams(location.search).get('error')
  return error === null || isHandOver ? null : /^[a-z_]+\.[a-z_]+$/.test(error) ? error : 'provider.failed'
}
