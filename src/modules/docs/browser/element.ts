/** Elements of the page, made without markup: a text stays a text. */

type Child = Node | string

/** `element('a', { href: '/docs', class: 'soft' }, 'Docs')` */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

/** The text with these words marked where a word begins. They have letters and digits alone. */
export function marked(text: string, words: readonly string[]): Child[] {
  if (words.length === 0) return [text]
  return text
    .split(new RegExp(`(?<![\\p{L}\\p{N}])(${words.join('|')})`, 'iu'))
    .map((part, index) => (index % 2 === 1 ? element('mark', {}, part) : part))
}
