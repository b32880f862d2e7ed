/** Who reads an answer: a person at a browser, or a program. RFC 9110 §12.5.1; weights are not compared. */

const accepted = (request: Request): string => request.headers.get('accept')?.toLowerCase() ?? ''

/** A browser that navigates: a person is looking at what comes. */
export const isNavigation = (request: Request): boolean => accepted(request).includes('text/html')

/** A program that asks for JSON and for no page. */
export const asksForJson = (request: Request): boolean => /\bjson\b/.test(accepted(request)) && !isNavigation(request)
