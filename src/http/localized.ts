import type { Shown } from '../lib/answered.ts'
import { toResponse } from './answered.ts'
import { languageCookie, withLanguageLinks } from './languages.ts'

/** A page as it is sent: its links to the other languages keep the parameters of the request, and a cookie keeps the choice. */
export function localizedAnswer(shown: Shown, request: Request, appUrl: string): Response {
  const cookie = languageCookie(request, appUrl)
  return toResponse({
    ...shown,
    html: withLanguageLinks(shown.html, request),
    ...(cookie !== undefined && { cookies: [cookie] }),
  })
}
