/** The filter of the list of operations: each word has to be in the method, the path, the name or the tag. */

export function startFilter(): void {
  const box = document.querySelector<HTMLElement>('.filter')
  const input = box?.querySelector('input')
  const status = box?.querySelector('[role=status]')
  if (!box || !input || !status) return
  box.hidden = false
  const tags = [...document.querySelectorAll<HTMLElement>('section.tag')].map((section) => ({
    section,
    name: section.querySelector('h2')?.textContent ?? '',
    items: [...section.querySelectorAll<HTMLElement>('.operations > li')],
  }))

  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
    let shown = 0
    for (const { section, name, items } of tags) {
      let here = 0
      for (const item of items) {
        const text = `${item.textContent} ${item.id} ${name}`.toLowerCase()
        item.hidden = !words.every((word) => text.includes(word))
        if (!item.hidden) here += 1
      }
      section.hidden = here === 0
      shown += here
    }
    status.textContent =
      words.length === 0
        ? ''
        : shown === 0
          ? 'No operation has these words.'
          : `${shown} operation${shown === 1 ? '' : 's'}`
  })
}
