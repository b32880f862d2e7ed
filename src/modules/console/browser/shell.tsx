/** @jsxImportSource preact */
import { signal, useSignalEffect } from '@preact/signals'
import type { ComponentType } from 'preact'
import { pathname } from '../../../browser/navigation.ts'
import { type SectionProps, sections } from './sections.ts'

const loaded = signal<Record<string, ComponentType<SectionProps>>>({})

export function Shell() {
  const [name = sections[0]?.name ?? '', ...path] = pathname.value.split('/').slice(2)
  useSignalEffect(() => {
    const wanted = pathname.value.split('/')[2] ?? sections[0]?.name
    const section = sections.find((one) => one.name === wanted)
    if (section === undefined || loaded.peek()[section.name] !== undefined) return
    void section.load().then(({ default: component }) => {
      loaded.value = { ...loaded.peek(), [section.name]: component }
    })
  })
  const Current = loaded.value[name]
  return (
    <>
      <nav aria-label="Sections">
        {sections.map((section) => (
          <a
            key={section.name}
            href={`/console/${section.name}`}
            aria-current={section.name === name ? 'page' : undefined}
          >
            {section.title}
          </a>
        ))}
      </nav>
      <main>{Current && <Current path={path} />}</main>
    </>
  )
}
