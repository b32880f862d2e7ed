/**
 * Whether a person at a browser or a program reads the answer, decided by `Accept` (RFC 9110 §12.5.1). Weights are
 * not compared.
 */

const accepted = (request: Request): string => request.headers.get('accept')?.toLowerCase() ?? ''

/** True for a navigation of a browser: a person sees the answer. */
export const isNavigation = (request: Request): boolean => accepted(request).includes('text/html')

/** True for a program that asks for JSON and not for a page. */
export const asksForJson = (request: Request): boolean => /\bjson\b/.test(accepted(request)) && !isNavigation(request)
