/** An element is a string unless something in it waits, and nothing in our pages does. Throws TypeError if it did. */
export function toHtml(element: JSX.Element): string {
  if (typeof element !== 'string') throw new TypeError('a page is rendered without waiting')
  return element
}
