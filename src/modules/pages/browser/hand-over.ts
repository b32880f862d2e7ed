/**
 * The sign-in for another page of ours, to which this one leads on. The server has checked where that is, and has written it
 * into the link of the section `done`. Nothing here makes a URL.
 */

const { handOver, step, cameBack: returned } = document.documentElement.dataset

/** Another page has sent the person here. */
export const isHandOver = handOver !== undefined
/** The person comes back from a provider. */
export const cameBack = returned !== undefined
/** The only step that is asked for: a second factor of the session that there is. */
export const asksForFactor = step === 'factor'

/** The query stays in the address bar during a hand-over, so that a reload finds it. It holds no secret. */
export const keptQuery = (): string => (isHandOver ? location.search : '')

/** Goes on to the page that asked for the sign-in. False if there is none. */
export function leave(): boolean {
  if (isHandOver) document.querySelector<HTMLElement>('section[data-state=done] a.button')?.click()
  return isHandOver
}

const asked = (name: string): string | null => (isHandOver ? new URLSearchParams(location.search).get(name) : null)

/** The address that the app expects. */
export const loginHint = (): string => asked('login_hint') ?? ''

/** The error with which a provider sent the person back. */
export const providerError = (): string | null => {
  const error = cameBack ? asked('error') : null
  return error !== null && /^[a-z_]+\.[a-z_]+$/.test(error) ? error : error && 'provider.failed'
}
