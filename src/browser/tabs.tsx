/** @jsxImportSource preact */
/**
 * Tabs that are links, so each has an address of its own and the back button works.
 *
 *     <Tabs label="User" current={tab} items={[{ name: 'profile', title: 'Profile', href: `/console/users/${id}` }, …]} />
 */
export interface Tab {
  name: string
  title: string
  href: string
}

export const Tabs = ({ label, current, items }: { label: string; current: string; items: readonly Tab[] }) => (
  <nav class="tabs" aria-label={label}>
    {items.map(({ name, title, href }) => (
      <a key={name} href={href} data-keep-focus aria-current={name === current ? 'page' : undefined}>
        {title}
      </a>
    ))}
  </nav>
)
