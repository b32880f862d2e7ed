/** The links to the other languages, in the footer of each page. */

/** A link keeps this fragment, read when it is pressed: the token of the mail, which the address bar shows no more. */
export function keepInLanguages(fragment: () => string): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.languages a'))
    link.addEventListener('click', () => {
      link.hash = fragment()
    })
}
