/**
 * The element as a string. An element is a promise only if a part of it is asynchronous. Throws TypeError for such an
 * element.
 */
export function toHtml(element: JSX.Element): string {
  if (typeof element !== 'string') throw new TypeError('a page is rendered without waiting')
  return element
}
